/** Both sides in one world, at the same time and in the way of each other. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { containerIps, type JsonObject, parseResult } from "@fairlead/cni";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { firewallState } from "./firewall-state.ts";
import { Life } from "./life.ts";
import { BRIDGE, fullChain, hostLocal, network, ports, V4, V6 } from "./networks.ts";
import { normaliseResult } from "./normalise-result.ts";
import { observe } from "./observe.ts";
import { Pair } from "./pair.ts";
import { runtimeConf, type Scenario } from "./scenario.ts";
import { settled } from "./settled.ts";
import { given } from "./verbs.ts";
import { World } from "./world.ts";

inHostLikeNamespaces(import.meta.filename);

test("ten containers at once, half of them by processes: each has an address of its own, and its ports", async (t) => {
  const world = await World.make(t);
  const config = network(
    { ...BRIDGE, ipMasq: true, ipam: hostLocal(V4, V6) },
    { type: "portmap", capabilities: { portMappings: true } },
    { type: "firewall" },
  );
  const hostPort = (id: string) => 31_000 + Number(id.slice(1));
  const capabilityArgs = (id: string) => ({
    portMappings: [{ hostPort: hostPort(id), containerPort: 8080, protocol: "tcp" }],
  });
  const scenario: Scenario = { config, capabilityArgs };
  const ids = Array.from({ length: 10 }, (_, index) => `c${index + 1}`);
  for (const id of ids) await world.makeContainer(id);
  const sideOf = (id: string) => (Number(id.slice(1)) % 2 === 0 ? "reference" : "built-in");
  const lives = {
    reference: new Life(world, scenario, "reference", "reference"),
    "built-in": new Life(world, scenario, "built-in", "built-in"),
  };
  const results = await Promise.all(ids.map((id) => lives[sideOf(id)].add(id)));
  const addresses = results
    .flatMap((result) => containerIps(parseResult(result, "1.0.0")))
    .map(({ address }) => address);
  assert.equal(new Set(addresses).size, 2 * ids.length, addresses.join(" "));
  await world.inhabitants();
  const probes = ids.map((id) => ({ protocol: "tcp", address: "192.0.2.10", port: hostPort(id) }) as const);
  assert.deepEqual(
    await world.residents.outside.tryAll(probes),
    ids.map((id) => `${id} saw 192.0.2.20`),
  );
  await Promise.all(ids.map((id) => lives[sideOf(id)].del(id)));
  const { files } = await observe(world);
  assert.deepEqual(
    Object.keys(files).filter((path) => !/lock$|last_reserved_ip/.test(path)),
    [],
  );
  assert.deepEqual(await firewallState(world), { iptables: [], owners: [] });
});

test("a host port that another container has: the reference lets both have it, and the first gets everything", async (t) => {
  const pair = await Pair.make(t);
  const same: Scenario = { config: fullChain(), capabilityArgs: () => ports("c1") };
  const [reference, builtIn] = await pair.each(async (world, side) => {
    const life = new Life(world, same, side, side);
    await life.add("c1");
    await world.makeContainer("c2");
    const conf = runtimeConf(same, world.pin("c2"), "c2");
    const answer = await world.call({ side, verb: "ADD", config: same.config, conf });
    await world.inhabitants();
    const probe = { protocol: "tcp", address: "192.0.2.10", port: 31_080 } as const;
    return {
      answer: "failed" in answer ? answer.failed : "works",
      reached: await world.residents.outside.tryAll([probe]),
    };
  });
  assert.deepEqual(reference, { answer: "works", reached: ["c1 saw 192.0.2.20"] });
  // here the second is told
  assert.deepEqual(builtIn, { answer: { code: "CNI_PLUGIN_FAILED", pluginCode: 999 }, reached: ["c1 saw 192.0.2.20"] });
});

test("the same attachment twice: refused by both, and what the undoing leaves is the same", async (t) => {
  const pair = await Pair.make(t);
  const scenario: Scenario = { config: network({ ...BRIDGE, ipMasq: true, ipam: hostLocal(V4, V6) }) };
  const [reference, builtIn] = await pair.each(async (world, side) => {
    await new Life(world, scenario, side, side).add("c1");
    const conf = runtimeConf(scenario, world.pin("c1"), "c1");
    return await world.call({ side, verb: "ADD", config: scenario.config, conf });
  });
  assert.ok(reference && "failed" in reference && builtIn && "failed" in builtIn);
  assert.deepEqual(builtIn.failed, reference.failed, `${builtIn.message}\n${reference.message}`);
  await pair.same("what is left", async (world) => withoutLast(await observe(world)));
});

test("version 1.1.0, which only the built-in plugins speak: the same as 1.0.0, and the MTU of each interface", async (t) => {
  const worlds = await Promise.all([World.make(t), World.make(t)]);
  const [older, newer] = await Promise.all(
    (["1.0.0", "1.1.0"] as const).map(async (cniVersion, index) => {
      // as many as there are versions
      const world = worlds[index]!;
      const life = new Life(
        world,
        { config: { ...fullChain(), cniVersion }, capabilityArgs: ports },
        "built-in",
        "built-in",
      );
      const result = await life.add("c1");
      return await normaliseResult(world, "c1", result);
    }),
  );
  assert.deepEqual({ ...newer, cniVersion: "1.0.0", interfaces: withoutMtu(newer) }, older);
  await settled("the same kernel", async () => {
    const [expected, actual] = await Promise.all(worlds.map((world) => observe(world)));
    return { expected, actual };
  });
  given(
    await worlds[1].call({ side: "built-in", verb: "GC", config: { ...fullChain(), cniVersion: "1.1.0" }, valid: [] }),
  );
});

function withoutMtu(result: JsonObject | undefined): readonly JsonObject[] {
  // as ADD gave them
  const interfaces = (result?.interfaces ?? []) as readonly JsonObject[];
  return interfaces.map(({ mtu: _, ...rest }) => rest);
}

/** Without whom the store of addresses gave an address last. */
function withoutLast<T extends { readonly files: Readonly<Record<string, string>> }>(seen: T): T {
  const files = Object.entries(seen.files).filter(([path]) => !path.includes("last_reserved_ip"));
  return { ...seen, files: Object.fromEntries(files) };
}
