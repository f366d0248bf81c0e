// Attaching containers to networks: built-in plugins against the reference plugins, run as processes, in the same run. Ends with 1 on a miss.
import { spawnSync } from "node:child_process";
import { attachDetach } from "./attachment/attach-detach.ts";
import { burst } from "./attachment/burst.ts";
import { execOverhead } from "./attachment/exec-overhead.ts";
import { poolAgainstKernel } from "./attachment/pool-against-kernel.ts";
import { manyPortMaps } from "./attachment/port-maps.ts";
import { Report } from "./attachment/report.ts";

const MARK = "FAIRLEAD_BENCH_INSIDE";

if (process.env[MARK] === undefined) {
  // namespaces of its own: what the reference plugins leave behind goes with them
  const script = 'ip link set lo up && sysctl -qw net.ipv4.ip_forward=1 && exec "$@"';
  const argv = ["--net", "--mount", "--propagation", "private", "--", "/bin/sh", "-c", script, "sh"];
  const { status, error } = spawnSync(
    "unshare",
    [...argv, process.execPath, ...process.execArgv, import.meta.filename],
    {
      stdio: "inherit",
      env: { ...process.env, [MARK]: "1" },
    },
  );
  if (error !== undefined) throw error;
  process.exit(status ?? 1);
}

/** How many attachments of each kind are measured. */
const ATTACHMENTS = 200;

const report = new Report();
await poolAgainstKernel(report, ATTACHMENTS);
await attachDetach(report, ATTACHMENTS);
await burst(report);
await manyPortMaps(report);
await execOverhead(report, ATTACHMENTS);
process.exitCode = report.exitCode;
