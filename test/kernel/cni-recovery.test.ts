import assert from "node:assert/strict";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { containerConfig } from "fairlead/containerizer/mesos/isolators/network/cni/container-config.fixture.ts";
import { recordingLogger } from "fairlead/containerizer/mesos/isolators/network/cni/log.fixture.ts";
import { CniHost, id, NO_TRACES, run } from "./cni-host.ts";
import { inHostLikeNamespaces } from "./host-like.ts";

inHostLikeNamespaces(import.meta.filename);

const mountinfo = async () => (await readFile("/proc/self/mountinfo", "utf8")).trim().split("\n");
const targets = async () => (await mountinfo()).map((line) => line.split(" ")[4] ?? "");
const peerGroups = async (target: string) =>
  (await mountinfo()).filter((line) => line.split(" ")[4] === target).map((line) => / shared:([0-9]+)/.exec(line)?.[1]);

test("the living go on untouched, the others are cleaned up, whatever half of them is there", async (t) => {
  const host = await CniHost.make(t);
  const ipam = host.hostLocal(["10.41.0.0/24"], { routes: [{ dst: "0.0.0.0/0" }] });
  // a plugin that writes down what it is asked, in front of a real one
  await host.plugin(
    "noted-bridge",
    `echo "$CNI_COMMAND $CNI_CONTAINERID" >>${host.directory}/calls; exec /usr/lib/cni/bridge`,
  );
  for (const name of ["z", "a"]) {
    await host.network({
      cniVersion: "1.0.0",
      name,
      type: "noted-bridge",
      bridge: `br-${name}`,
      isGateway: true,
      ipam,
    });
  }
  const living = containerConfig("living", [{ name: "z", groups: ["g"] }, {}, { name: "a" }]);
  const damaged = containerConfig("damaged", [{ name: "a" }]);
  const first = host.isolator();
  await first.recover([], []);
  await first.prepare(living);
  await first.prepare(damaged);
  await first.prepare(containerConfig("dead", [{ name: "a" }]));
  const status = await first.status?.(id("living"));
  const inode = (await stat(host.pin("living"))).ino;
  await writeFile(join(host.rootDir, "damaged", "a", "eth0", "network.info"), '{"cniVersion":"1.0');
  await mkdir(join(host.rootDir, "half"));
  await writeFile(host.pin("half"), "");
  await mkdir(join(host.rootDir, "twice"));
  await writeFile(host.pin("twice"), "");
  for (let pins = 0; pins < 2; pins++) await run("unshare", `--net=${host.pin("twice")}`, "true");
  await writeFile(join(host.rootDir, "-not-ours"), "");
  await writeFile(join(host.directory, "calls"), "");

  const log = recordingLogger();
  const second = host.isolator({ log });
  await second.recover(
    [{ config: living, pid: 1 }, { config: damaged }, { config: containerConfig("on-host", []) }],
    [id("dead")],
  );
  assert.equal(await readFile(join(host.directory, "calls"), "utf8"), "DEL dead\n");
  assert.deepEqual(await second.status?.(id("living")), status);
  assert.deepEqual(await second.status?.(id("damaged")), {});
  assert.deepEqual(await second.status?.(id("on-host")), {});
  assert.equal((await stat(host.pin("living"))).ino, inode);
  await host.inside("living", "ping", "-c1", "-W5", "10.41.0.1");
  const traces = await host.traces({ links: 3 });
  assert.deepEqual(traces.containers, ["-not-ours", "damaged", "living"]);
  assert.deepEqual(traces.pins, [host.pin("damaged"), host.pin("living")]);
  const warnings = log.lines.filter(({ level }) => level === "warn").map(({ fields }) => fields);
  assert.equal(warnings.length, 2, JSON.stringify(log.lines));
  assert.ok(warnings.some((fields) => "name" in fields && fields.name === "-not-ours"));

  await run("rm", join(host.rootDir, "-not-ours"));
  for (const name of ["living", "damaged", "on-host"]) await second.cleanup(id(name));
  assert.deepEqual(await host.traces({ links: 0 }), NO_TRACES);
});

test("after a reboot, which takes the namespaces, addresses are freed without them", async (t) => {
  const host = await CniHost.make(t);
  const ipam = host.hostLocal(["10.42.0.0/24"]);
  await host.network({ cniVersion: "1.0.0", name: "blue", type: "bridge", bridge: "br-blue", ipam });
  await host.isolator().prepare(containerConfig("c1", [{ name: "blue" }]));
  await run("umount", host.pin("c1"));
  await run("umount", host.rootDir);
  assert.equal((await host.look()).addresses.length, 1);
  await host.isolator().recover([], [id("c1")]);
  assert.deepEqual(await host.traces({ links: 0 }), NO_TRACES);
});

test("on a shared mount that is alone in its group nothing is mounted", async (t) => {
  const host = await CniHost.make(t);
  await run("mount", "-t", "tmpfs", "none", host.directory);
  await run("mount", "--make-shared", host.directory);
  await mkdir(host.configDir);
  await host.isolator().recover([], []);
  assert.deepEqual(await peerGroups(host.rootDir), []);
});

for (const propagation of ["private", "shared"]) {
  test(`the directory is a shared mount of its own, on a ${propagation} mount, and goes when nobody needs it`, async (t) => {
    const host = await CniHost.make(t);
    await run("mount", "-t", "tmpfs", "none", host.directory);
    await run("mount", `--make-${propagation}`, host.directory);
    await mkdir(join(host.directory, "run"));
    // where the mount around is shared, this one is in its group: a pin would be mounted in both
    await run("mount", "--bind", join(host.directory, "run"), join(host.directory, "run"));
    await mkdir(host.configDir);
    await host.network({ name: "blue", type: "bridge", bridge: "br-blue", ipam: host.hostLocal(["10.43.0.0/24"]) });

    const isolator = host.isolator();
    await isolator.recover([], []);
    const groups = await peerGroups(host.rootDir);
    const around = await peerGroups(join(host.directory, "run"));
    assert.ok(groups.some((group) => group !== undefined && !around.includes(group)));
    await host.isolator().recover([], []);
    assert.deepEqual(await peerGroups(host.rootDir), groups, "once");

    await isolator.prepare(containerConfig("c1", [{ name: "blue" }]));
    assert.deepEqual(
      (await targets()).filter((target) => target === host.pin("c1")).length,
      1,
      "a pin is mounted once",
    );
    await isolator.close?.();
    assert.deepEqual(await peerGroups(host.rootDir), groups, "a container has its pin there");
    await isolator.cleanup(id("c1"));
    await isolator.close?.();
    assert.deepEqual(await peerGroups(host.rootDir), []);
  });
}

test("what a crash left of the mount is finished, and an operator's own mount is kept", async (t) => {
  const host = await CniHost.make(t);
  await mkdir(host.rootDir, { recursive: true });
  await run("mount", "--bind", host.rootDir, host.rootDir);
  await host.isolator().recover([], []);
  assert.match(String(await peerGroups(host.rootDir)), /^[0-9]+$/);
  await run("umount", host.rootDir);

  await run("mount", "-t", "tmpfs", "none", host.rootDir);
  const isolator = host.isolator();
  await isolator.recover([], []);
  assert.match(String(await peerGroups(host.rootDir)), /^[0-9]+$/);
  await isolator.close?.();
  assert.match(String(await peerGroups(host.rootDir)), /^[0-9]+$/);
});

test("a configuration directory that cannot be read stops the start", async (t) => {
  const host = await CniHost.make(t);
  const isolator = host.isolator();
  await run("rm", "-r", host.configDir);
  await writeFile(host.configDir, "a file");
  await assert.rejects(isolator.recover([], []), { code: "FLAG_INVALID", message: /^Unable to load CNI config: / });
});
