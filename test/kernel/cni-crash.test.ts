import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { CRASH_POINTS, type CrashPoint } from "fairlead/base/crash-points.ts";
import type { Isolator } from "fairlead/containerizer/mesos/isolator.ts";
import { containerConfig } from "fairlead/containerizer/mesos/isolators/network/cni/container-config.fixture.ts";
import { CniHost, id, NO_TRACES, PLUGINS_DIR, type Traces } from "./cni-host.ts";
import { inHostLikeNamespaces } from "./host-like.ts";

inHostLikeNamespaces(import.meta.filename);

/** The crash points of network/cni, in the order of a container's life. */
const POINTS: readonly CrashPoint[] = [
  "netns-created",
  "netns-pinned",
  "cni-conf-stored",
  "cni-added",
  "cni-result-stored",
  "network-files-written",
  "cni-deleted",
  "cni-conf-removed",
  "netns-released",
];

const LIVING = containerConfig("living", [{ name: "chain" }]);

/** A host with a chain and a plain bridge, on which one container lives. */
async function inhabited(t: TestContext): Promise<{ host: CniHost; before: Traces }> {
  const host = await CniHost.make(t);
  const bridge = (number: number) => ({
    type: "bridge",
    bridge: `br-${number}`,
    isGateway: true,
    ipMasq: true,
    ipam: host.hostLocal([`10.${number}.0.0/24`, `fd${number}::/64`], { routes: [{ dst: "0.0.0.0/0" }] }),
  });
  const plugins = [bridge(31), { type: "firewall" }, { type: "portmap", capabilities: { portMappings: true } }];
  await host.network({ cniVersion: "1.0.0", name: "chain", plugins });
  await host.network({ cniVersion: "0.4.0", name: "plain", ...bridge(32) });
  const isolator = host.isolator();
  await isolator.recover([], []);
  await isolator.prepare(LIVING);
  return { host, before: await host.traces({ links: 1 }) };
}

/** Runs a container's life in a process of its own; gives the signal that ended it. */
async function life(host: CniHost, networks: string[], crashAt?: CrashPoint): Promise<NodeJS.Signals | null> {
  const script = join(import.meta.dirname, "cni-crash-child.ts");
  const args = [`${host.pluginsDir}:${PLUGINS_DIR}`, host.configDir, host.rootDir, "cut", ...networks];
  const env = { ...process.env, FAIRLEAD_CRASH_AT: crashAt ? String(CRASH_POINTS.indexOf(crashAt) + 1) : "" };
  const child = spawn(process.execPath, [...process.execArgv, script, ...args], { env, stdio: "ignore" });
  const [, signal] = await once(child, "exit");
  return signal;
}

async function recovered(host: CniHost): Promise<Isolator> {
  const isolator = host.isolator();
  await isolator.recover([{ config: LIVING, pid: 1 }], [id("cut")]);
  return isolator;
}

test("a life that is not cut leaves nothing", async (t) => {
  const { host, before } = await inhabited(t);
  assert.equal(before.links.length, 1);
  assert.equal(before.addresses.length, 2);
  assert.notEqual(before.rules.length, 0);
  assert.equal(await life(host, ["chain", "plain"]), null);
  assert.deepEqual(await host.traces({ links: 1 }), before);
});

for (const point of POINTS) {
  test(`kill -9 at ${point}: the recovery leaves what is alive, and nothing else`, async (t) => {
    const { host, before } = await inhabited(t);
    assert.equal(await life(host, ["chain", "plain"], point), "SIGKILL");
    assert.ok((await host.look()).containers.includes("cut"), "the crash left something");

    const isolator = await recovered(host);
    assert.deepEqual(await host.traces({ links: 1 }), before);
    assert.deepEqual(await host.reported(isolator, "living"), [["chain", ["10.31.0.2", "fd31::2"]]]);
    await host.inside("living", "ping", "-c1", "-W5", "10.31.0.1");

    assert.equal(await life(host, ["plain", "chain"]), null);
    await isolator.cleanup(id("living"));
    assert.deepEqual(await host.traces({ links: 0 }), NO_TRACES);
  });
}

test("kill -9 within the ADD of the second network, whose plugin works on: it is ended before the detach", async (t) => {
  const { host, before } = await inhabited(t);
  await host.plugin(
    "killer",
    `echo "$CNI_COMMAND" >>${host.directory}/calls
cat >/dev/null
[ "$CNI_COMMAND" = ADD ] || exit 0
kill -9 $PPID
sleep 1000
echo late >>${host.directory}/calls`,
  );
  await host.network({ cniVersion: "1.0.0", name: "killer", type: "killer" });
  assert.equal(await life(host, ["plain", "killer"]), "SIGKILL");
  const { plugins } = await host.look();
  assert.notEqual(plugins.length, 0, "the plugin outlives the agent");
  await recovered(host);
  assert.deepEqual(await host.traces({ links: 1 }), before);
  assert.equal(await readFile(join(host.directory, "calls"), "utf8"), "ADD\nDEL\n");
});

test("a crash during the recovery's own clean-up is finished by the next one", async (t) => {
  const { host, before } = await inhabited(t);
  for (const point of ["cni-deleted", "cni-conf-removed", "netns-released"] satisfies CrashPoint[]) {
    assert.equal(await life(host, ["plain", "chain"], "network-files-written"), "SIGKILL");
    // one that asks for no network only cleans up: what it finds is the directory of the container that was cut
    assert.equal(await life(host, [], point), "SIGKILL", point);
    await recovered(host);
    assert.deepEqual(await host.traces({ links: 1 }), before, point);
  }
});
