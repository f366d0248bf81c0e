import { join } from "node:path";
import { run } from "./run.ts";

/** An interface with its addresses, as the kernel has it. */
export interface KernelInterface {
  readonly name: string;
  readonly addresses: readonly string[];
}

interface IpLink {
  readonly ifname: string;
  readonly addr_info: readonly { readonly local: string; readonly scope: string }[];
}

/** The interfaces of a container, loopback left out, read inside the network namespace that the agent has pinned. */
export async function interfacesOf(runtimeDir: string, containerId: string): Promise<KernelInterface[]> {
  const pin = join(runtimeDir, "isolators/network/cni", containerId, "ns");
  return parseLinks(await run("nsenter", `--net=${pin}`, "ip", "-j", "address"));
}

/** The interfaces of the host of the demo, loopback left out. */
export async function interfacesOfHost(): Promise<KernelInterface[]> {
  return parseLinks(await run("ip", "-j", "address"));
}

function parseLinks(text: string): KernelInterface[] {
  const links = JSON.parse(text) as readonly IpLink[];
  return links
    .filter(({ ifname }) => ifname !== "lo")
    .map(({ ifname, addr_info }) => ({
      name: ifname,
      // Link-local addresses of IPv6 are the kernel's own: no plugin gave them.
      addresses: addr_info.filter(({ scope }) => scope === "global").map(({ local }) => local),
    }));
}
