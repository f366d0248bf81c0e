import { readlinkSync } from "node:fs";
import { run } from "./run.ts";

/** The address of the host of the demo, from the block that RFC 5737 keeps for documentation. */
export const HOST_IP = "192.0.2.10";

/**
 * Makes the network namespace of this process look like a host: `lo` and an `eth0` with an address.
 *
 * Refuses a namespace that has a route, which may be the machine's own: what plugins leave (bridges, chains, sysctls) shall go with this one.
 */
export async function becomeHost(): Promise<void> {
  if ((await run("ip", "route")) !== "") {
    throw new Error("the demo changes networks: run it by script/demo, which gives it a network namespace of its own");
  }
  await run("ip", "link", "set", "lo", "up");
  await run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "uplink");
  await run("ip", "address", "add", `${HOST_IP}/24`, "dev", "eth0");
  await run("ip", "link", "set", "uplink", "up");
  await run("ip", "link", "set", "eth0", "up");
}

/** Which network namespace a process is in; `self` is this one. */
export function namespaceOf(pid: number | string): string {
  return readlinkSync(`/proc/${pid}/ns/net`);
}
