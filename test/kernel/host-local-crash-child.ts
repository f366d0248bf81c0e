/** Takes addresses and gives them back, as fast as it can, until it is killed: `node host-local-crash-child.ts <data directory> <network>`. */
import { HostLocal } from "fairlead/network/host-local/host-local.ts";
import type { Kernel } from "fairlead/network/plugin/kernel.ts";

const [, , dataDir, name] = process.argv;
const plugin = new HostLocal();
// the plugin has nothing to do with the kernel's network
const kernel = {} as Kernel;
const ipam = { type: "host-local", dataDir, subnet: "10.1.0.0/28" };
process.stdout.write("ready\n");
for (let i = 0; ; i++) {
  const call = {
    type: "host-local",
    config: { cniVersion: "1.0.0", name, ipam },
    containerId: `k${i % 4}`,
    ifName: "eth0",
  };
  plugin.add(kernel, { ...call, command: "ADD" });
  plugin.del(kernel, { ...call, command: "DEL" });
}
