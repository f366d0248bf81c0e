import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { Isolator } from "fairlead/containerizer/mesos/isolator.ts";

/** In the place of network/cni: every container joins one empty network namespace that is set up as network/cni does it. */
export async function networkFixture(t: TestContext): Promise<Isolator> {
  const directory = await mkdtemp(join(tmpdir(), "fairlead-netns-"));
  const pin = join(directory, "ns");
  await writeFile(pin, "");
  t.after(async () => {
    execFileSync("umount", [pin]);
    await rm(directory, { recursive: true });
  });
  execFileSync("unshare", [
    `--net=${pin}`,
    "sh",
    "-c",
    "ip link set lo up && echo 0 2147483647 >/proc/sys/net/ipv4/ping_group_range",
  ]);
  return {
    name: "network/cni",
    async recover() {},
    async prepare() {
      return { namespaces: [{ type: "network", path: pin }] };
    },
    async cleanup() {},
  };
}
