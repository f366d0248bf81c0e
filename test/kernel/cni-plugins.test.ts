import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { FairleadError } from "fairlead/base/errors.ts";
import type { Isolator } from "fairlead/containerizer/mesos/isolator.ts";
import { containerConfig } from "fairlead/containerizer/mesos/isolators/network/cni/container-config.fixture.ts";
import { CniHost, id, NO_TRACES, run } from "./cni-host.ts";
import { inHostLikeNamespaces } from "./host-like.ts";

inHostLikeNamespaces(import.meta.filename);

/** A network that works, `good`, and one whose plugin is the script, `bad`; each call of the script is written down first. */
async function hostWith(t: TestContext, script: string): Promise<CniHost> {
  const host = await CniHost.make(t);
  await host.network({
    cniVersion: "1.0.0",
    name: "good",
    type: "bridge",
    bridge: "br-good",
    isGateway: true,
    ipam: host.hostLocal(["10.21.0.0/24"]),
  });
  await host.plugin("scripted", `echo "$CNI_COMMAND $CNI_IFNAME" >>${host.directory}/calls\n${script}`);
  await host.network({ cniVersion: "1.0.0", name: "bad", type: "scripted" });
  return host;
}

/** The calls that are written down whole: the shell makes the file before it writes to it. */
const calls = async (host: CniHost) => (await readFile(join(host.directory, "calls"), "utf8")).match(/.+(?=\n)/g) ?? [];

/** Launches as the pipeline does: a failed prepare is followed by cleanup. */
async function launchError(isolator: Isolator, containerId: string, networks: string[]): Promise<FairleadError> {
  const infos = networks.map((name) => ({ name }));
  const error = await isolator.prepare(containerConfig(containerId, infos)).then(
    () => assert.fail("launched"),
    (thrown: unknown) => thrown,
  );
  await isolator.cleanup(id(containerId));
  assert.ok(error instanceof FairleadError, String(error));
  return error;
}

const FAILURES = [
  [
    "an error object",
    `echo '{"code": 11, "msg": "pool is empty", "details": "of blue"}'; exit 1`,
    /pool is empty: of blue/,
  ],
  ["words and a status", "echo out of order >&2; exit 3", /exited with status 3; stderr: out of order/],
  ["garbage", "echo '<html>'", /printed what is not a JSON object; stdout: <html>/],
  ["no result", ":", /printed no result/],
  ["an address that is none", `echo '{"cniVersion":"1.0.0","ips":[{"address":"10.0.0.0.1/8"}]}'`, /ips\[0\]\.address/],
  ["10 MB", "head -c 10000000 /dev/zero", /printed too much and was killed/],
  ["a hang", "sleep 1000 & sleep 1000", /did not end in time and was killed/],
  ["death", "kill -SEGV $$", /died of SIGSEGV/],
] as const;

for (const [what, script, words] of FAILURES) {
  test(`ADD that ends with ${what} fails the launch, leaves nothing, and the next launch works`, async (t) => {
    const host = await hostWith(t, `[ "$CNI_COMMAND" = ADD ] || exit 0\ncat >/dev/null\n${script}`);
    const isolator = host.isolator({ pluginTimeoutMs: 1000 });
    const error = await launchError(isolator, "c1", ["good", "bad"]);
    assert.equal(error.code, "NETWORK_FAILED");
    assert.match(error.message, /^Failed to attach container c1 to CNI network 'bad': /);
    assert.match(error.message, words);
    assert.ok(error.message.length < 4000, "a message, not a dump");
    assert.deepEqual(await calls(host), ["ADD eth1", "DEL eth1"]);
    assert.deepEqual(await host.traces({ links: 0 }), NO_TRACES);

    await isolator.prepare(containerConfig("c2", [{ name: "good" }]));
    assert.equal((await host.reported(isolator, "c2")).length, 1);
    await isolator.cleanup(id("c2"));
    assert.deepEqual(await host.traces({ links: 0 }), NO_TRACES);
  });
}

test("nothing of a network is reported before its ADD has succeeded", async (t) => {
  const host = await hostWith(t, `cat >/dev/null; [ "$CNI_COMMAND" = DEL ] || sleep 1000`);
  const isolator = host.isolator();
  const launch = isolator.prepare(containerConfig("c1", [{ name: "good" }, { name: "bad" }])).catch((error) => error);
  while ((await host.reported(isolator, "c1")).length === 0) await delay(10);
  await delay(50);
  assert.deepEqual(await host.reported(isolator, "c1"), [["good", ["10.21.0.2"]]]);
  await isolator.cleanup(id("c1"));
  assert.match((await launch).message, /network 'bad': .*was killed on request/);
});

test("a container that is destroyed while a plugin runs: the plugin is killed, then the networks are detached", async (t) => {
  const host = await hostWith(t, `cat >/dev/null; [ "$CNI_COMMAND" = DEL ] || sleep 1000`);
  const isolator = host.isolator();
  const launch = isolator.prepare(containerConfig("c1", [{ name: "good" }, { name: "bad" }])).catch((error) => error);
  while ((await calls(host).catch(() => [])).length === 0) await delay(10);
  isolator.abort?.(id("c1"));
  assert.match((await launch).message, /network 'bad': .*was killed on request/);
  await isolator.cleanup(id("c1"));
  assert.deepEqual(await calls(host), ["ADD eth1", "DEL eth1"]);
  assert.deepEqual(await host.traces({ links: 0 }), NO_TRACES);
});

test("everything that can be known is refused before a plugin or the kernel is touched", async (t) => {
  const host = await hostWith(t, "exit 1");
  await host.network({ name: "homeless", type: "not-installed" });
  await host.network({ name: "broken", type: "bridge", args: { "org.apache.mesos": {} } });
  const isolator = host.isolator();
  for (const [network, message] of [
    ["none", "Unknown CNI network 'none'"],
    ["homeless", "Unable to find the plugin not-installed required to attach c1 to network 'homeless'"],
    ["broken", /^'org\.apache\.mesos' in 'args' should not be set/],
    ["good", "Attempted to join CNI network 'good' multiple times"],
  ] as const) {
    const error = await launchError(isolator, "c1", ["good", network]);
    if (typeof message === "string") assert.equal(error.message, message);
    else assert.match(error.message, message);
  }
  await assert.rejects(calls(host));
  assert.deepEqual(await host.traces({ links: 0 }), NO_TRACES);
});

test("a failing DEL is reported and keeps files and namespace; a later clean-up finishes", async (t) => {
  const host = await hostWith(
    t,
    `cat >/dev/null
if [ "$CNI_COMMAND" = DEL ]; then [ -e ${"$0"}.works ] || { echo "no database" >&2; exit 1; }
else echo '{"cniVersion":"1.0.0","ips":[{"address":"10.9.9.9/24"}]}'; fi`,
  );
  const isolator = host.isolator();
  await isolator.prepare(containerConfig("c1", [{ name: "bad" }, { name: "good" }]));
  await assert.rejects(isolator.cleanup(id("c1")), { code: "NETWORK_FAILED", message: /'bad': .*no database/ });
  const kept = await host.traces({ links: 0 });
  assert.deepEqual(kept, { ...NO_TRACES, containers: ["c1"], pins: [host.pin("c1")] });
  await assert.rejects(isolator.prepare(containerConfig("c1", [{ name: "good" }])), { code: "CONTAINER_EXISTS" });

  const next = host.isolator();
  await next.recover([], []);
  assert.deepEqual((await host.traces({ links: 0 })).containers, ["c1"], "a failed clean-up fails no recovery");
  await run("touch", join(host.pluginsDir, "scripted.works"));
  await host.isolator().recover([], []);
  assert.deepEqual(await host.traces({ links: 0 }), NO_TRACES);
});

test("plugins get exactly the environment and the configuration that Mesos gives, and no namespace when it is gone", async (t) => {
  const host = await hostWith(
    t,
    `tr '\\0' '\\n' </proc/$$/environ | sort >${"$0"}.$CNI_COMMAND.env; cat >${"$0"}.$CNI_COMMAND.conf; echo "$#" >${"$0"}.argc
[ "$CNI_COMMAND" = DEL ] || echo '{"ip4":{"ip":"10.9.9.9/24"}}'`,
  );
  process.env.FAIRLEAD_SECRET = "x";
  t.after(() => delete process.env.FAIRLEAD_SECRET);
  const isolator = host.isolator();
  const labels = { labels: [{ key: "app", value: "web" }] };
  await isolator.prepare(containerConfig("c1", [{ name: "good" }, { name: "bad", labels }]));
  await run("umount", host.pin("c1"));
  await isolator.cleanup(id("c1"));
  const seen = (file: string) => readFile(join(host.pluginsDir, `scripted.${file}`), "utf8");
  const environment = (command: string, netns: string[]) =>
    [
      `CNI_COMMAND=${command}`,
      "CNI_CONTAINERID=c1",
      "CNI_IFNAME=eth1",
      ...netns,
      `CNI_PATH=${host.pluginsDir}:/usr/lib/cni`,
      `PATH=${process.env.PATH}`,
    ].join("\n");
  const own = (text: string) =>
    text
      .split("\n")
      .filter((line) => !/^(PWD|_|SHLVL|OLDPWD)=/.test(line))
      .join("\n")
      .trim();
  assert.equal(own(await seen("ADD.env")), environment("ADD", [`CNI_NETNS=${host.pin("c1")}`]));
  assert.equal(own(await seen("DEL.env")), environment("DEL", []));
  assert.equal(await seen("argc"), "0\n");
  const conf = {
    cniVersion: "1.0.0",
    name: "bad",
    type: "scripted",
    args: { "org.apache.mesos": { network_info: { name: "bad", labels } } },
  };
  assert.deepEqual(JSON.parse(await seen("ADD.conf")), conf);
  const { prevResult, ...del } = JSON.parse(await seen("DEL.conf"));
  assert.deepEqual(del, conf);
  assert.equal(prevResult.ips[0].address, "10.9.9.9/24");
});
