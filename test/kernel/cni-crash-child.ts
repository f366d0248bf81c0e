import { systemClock } from "fairlead/base/clock.ts";
import { silentLogger } from "fairlead/base/log.ts";
import { createCniIsolator } from "fairlead/containerizer/mesos/isolators/network/cni/cni-isolator.ts";
import { containerConfig } from "fairlead/containerizer/mesos/isolators/network/cni/container-config.fixture.ts";
import { createNetworkWorker } from "fairlead/network/worker/start-network-worker.ts";
import { BUILT_IN, id } from "./cni-host.ts";

/** The life of one container in a process that FAIRLEAD_CRASH_AT, or a plugin, kills on the way. */
const [pluginsDir, configDir, rootDir = "", containerId = "", ...networks] = process.argv.slice(2);
const network = createNetworkWorker({ log: silentLogger, poolSize: 1 });
const isolator = createCniIsolator({
  pluginsDir,
  configDir,
  rootDir,
  builtInPlugins: BUILT_IN,
  pluginTimeoutMs: 30_000,
  network,
  log: silentLogger,
  clock: systemClock,
});
const infos = networks.map((name) => ({ name, portMappings: [{ hostPort: 31_099, containerPort: 80 }] }));
await isolator.prepare(containerConfig(containerId, infos));
await isolator.cleanup(id(containerId));
await network.close();
