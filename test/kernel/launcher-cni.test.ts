import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it, type TestContext } from "node:test";
import { ContainerInfo_Type, ContainerInfoSchema, create } from "@fairlead/mesos-api";
import { CniHost } from "./cni-host.ts";
import { inHostLikeNamespaces } from "./host-like.ts";
import { lastFirst, launcherFixture, outputOf, RUNTIMES } from "./launcher-fixture.ts";

inHostLikeNamespaces(import.meta.filename);

for (const runtime of RUNTIMES) {
  describe(`networks of containers with ${runtime}`, { concurrency: false }, () => {
    const containerInfo = create(ContainerInfoSchema, {
      type: ContainerInfo_Type.MESOS,
      networkInfos: [{ name: "blue" }],
    });

    async function bridged(context: TestContext) {
      const t = lastFirst(context);
      const host = await CniHost.make(t);
      await host.network({
        cniVersion: "1.0.0",
        name: "blue",
        type: "bridge",
        bridge: "blue0",
        isGateway: true,
        ipam: host.hostLocal(["10.41.0.0/24"], { routes: [{ dst: "0.0.0.0/0" }] }),
      });
      const network = host.isolator();
      await network.recover([], []);
      return { host, ...(await launcherFixture(t, { runtimes: [runtime], network })) };
    }

    it("a container has its address, its name and its hosts file, and reaches its gateway", async (t) => {
      const { host, runToEnd } = await bridged(t);
      const { stdout, status } = await runToEnd(
        "ip -o -4 addr show eth0; hostname; cat /etc/hosts; ls /sys/class/net; ping -c 1 -W 5 10.41.0.1 >/dev/null",
        { containerInfo },
      );
      assert.equal(status, 0, stdout);
      assert.match(stdout, /inet 10\.41\.0\.2\/24/);
      assert.match(stdout, /^10\.41\.0\.2 /m);
      assert.match(stdout, /^eth0\nlo$/m);
      assert.deepEqual((await host.traces({ links: 0 })).pins, []);
    });

    it("a container that began later keeps no namespace of an earlier one alive", async (t) => {
      const { host, config, containerizer } = await bridged(t);
      const [first, second] = [
        await config("sleep 60", { containerInfo }),
        await config("sleep 60", { containerInfo }),
      ];
      await containerizer.launch(first);
      await containerizer.start(first.containerId);
      await containerizer.launch(second);
      await containerizer.start(second.containerId);
      const { executorPid } = await containerizer.status(second.containerId);
      await containerizer.destroy(first.containerId);
      const mounts = await readFile(`/proc/${executorPid}/mountinfo`, "utf8");
      assert.ok(!mounts.includes(first.containerId), "the pin of the first is still mounted in the second");
      const traces = await host.traces({ links: 1 });
      assert.deepEqual(traces.containers, [second.containerId]);
      assert.equal(traces.links.length, 1);
      assert.deepEqual(await outputOf(second), { stdout: "", stderr: "" });
    });
  });
}
