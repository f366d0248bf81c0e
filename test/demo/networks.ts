import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Where the web server's port is published on the host. */
export const HOST_PORT = 31_080;
export const WEB_PORT = 8080;

/** Writes the two networks of the demo: `blue`, a chain of bridge and portmap, and `green`, a single plugin. */
export async function writeNetworks(configDir: string, addressDir: string): Promise<void> {
  const ipam = (subnet: string) => ({ type: "host-local", dataDir: addressDir, ranges: [[{ subnet }]] });
  await mkdir(configDir, { recursive: true });
  await writeJson(join(configDir, "10-blue.conflist"), {
    cniVersion: "1.0.0",
    name: "blue",
    plugins: [
      {
        type: "bridge",
        bridge: "blue0",
        isGateway: true,
        ipMasq: true,
        ipam: { ...ipam("10.81.0.0/24"), routes: [{ dst: "0.0.0.0/0" }] },
      },
      { type: "portmap", capabilities: { portMappings: true } },
    ],
  });
  await writeJson(join(configDir, "20-green.conf"), {
    cniVersion: "0.3.1",
    name: "green",
    type: "bridge",
    bridge: "green0",
    isGateway: true,
    ipam: ipam("10.82.0.0/24"),
  });
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFile(path, `${JSON.stringify(value, null, 2)}\n`);
}
