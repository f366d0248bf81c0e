import { spawnSync } from "node:child_process";

const MARK = "FAIRLEAD_TEST_HOST_LIKE";

/**
 * Runs the calling test file in a network and mount namespace of its own, which look like those of a host: what plugins leave there (bridges,
 * firewall chains, sysctls, mounts) vanishes with the process, even when a test fails.
 *
 * The first call starts the file again inside, with the same arguments, and ends this process with its status; the second returns.
 */
export function inHostLikeNamespaces(file: string): void {
  if (process.env[MARK] !== undefined) return;
  // no duplicate address detection: gateways on new bridges answer at once
  const sysctls = "net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv6.conf.default.accept_dad=0";
  const script = `ip link set lo up && sysctl -qw ${sysctls} && exec "$@"`;
  const argv = ["--net", "--mount", "--propagation", "private", "--", "/bin/sh", "-c", script, "sh"];
  const { status, error } = spawnSync("unshare", [...argv, process.execPath, ...process.execArgv, file], {
    stdio: "inherit",
    env: { ...process.env, [MARK]: "1" },
  });
  if (error !== undefined) throw error;
  process.exit(status ?? 1);
}
