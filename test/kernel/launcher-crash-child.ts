import { readFileSync } from "node:fs";
import { silentLogger } from "fairlead/base/log.ts";
import { parseRecord } from "fairlead/containerizer/mesos/container-record.ts";
import { createMesosContainerizer } from "fairlead/containerizer/mesos/create-mesos-containerizer.ts";

/** The life of one container in a process that FAIRLEAD_CRASH_AT, or its parent, kills on the way. */
const [runtimeDir = "", cgroupsRoot = "", runtime = "", record = ""] = process.argv.slice(2);
const containerizer = await createMesosContainerizer({
  runtimeDir,
  cgroupsRoot,
  runtimes: [runtime],
  log: silentLogger,
});
const config = parseRecord(readFileSync(record, "utf8"));
// watching a container keeps no process alive: an agent has its server
const alive = setInterval(() => {}, 60_000);
process.stdout.write("ready\n");
await containerizer.launch(config);
await containerizer.start(config.containerId);
await containerizer.wait(config.containerId);
await containerizer.destroy(config.containerId);
await containerizer.close();
clearInterval(alive);
