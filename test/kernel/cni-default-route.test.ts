import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { JsonObject } from "@fairlead/cni";
import { containerConfig } from "fairlead/containerizer/mesos/isolators/network/cni/container-config.fixture.ts";
import { CniHost, id, NO_TRACES, run } from "./cni-host.ts";
import { inHostLikeNamespaces } from "./host-like.ts";

inHostLikeNamespaces(import.meta.filename);

/** A host with networks that each bring default routes of both families, but `inner`, which brings none, and `v6only`. */
async function hostWithNetworks(t: TestContext): Promise<CniHost> {
  const host = await CniHost.make(t);
  await run("ip", "link", "add", "wire0", "type", "veth", "peer", "name", "wire1");
  await run("ip", "link", "set", "wire0", "up");
  await run("ip", "link", "set", "wire1", "up");
  t.after(() => run("ip", "link", "del", "wire0"));
  const both = [{ dst: "0.0.0.0/0" }, { dst: "::/0" }];
  const network = (name: string, number: number, routes: JsonObject[], more: JsonObject) =>
    host.network({
      cniVersion: "1.0.0",
      name,
      ipam: host.hostLocal([`10.${number}.0.0/24`, `fd${number}::/64`], { routes }),
      ...more,
    });
  await network("bridge-a", 11, both, { type: "bridge", bridge: "br-a", isGateway: true });
  await network("bridge-b", 12, both, { type: "bridge", bridge: "br-b", isGateway: true });
  await network("gateway", 13, [], { type: "bridge", bridge: "br-c", isDefaultGateway: true });
  await network("ptp", 14, both, { type: "ptp" });
  await network("macvlan", 15, both, { type: "macvlan", master: "wire0" });
  await network("inner", 16, [], { type: "bridge", bridge: "br-d" });
  await network("v6only", 17, [{ dst: "::/0" }], { type: "bridge", bridge: "br-e", isGateway: true });
  return host;
}

const NUMBER: Record<string, number> = {
  "bridge-a": 11,
  "bridge-b": 12,
  gateway: 13,
  ptp: 14,
  macvlan: 15,
  v6only: 17,
};
const NAMES = Object.keys(NUMBER).filter((name) => name !== "v6only");

async function defaultRoutes(host: CniHost, containerId: string): Promise<string[]> {
  const v4 = await host.inside(containerId, "ip", "-4", "-oneline", "route", "show", "default");
  const v6 = await host.inside(containerId, "ip", "-6", "-oneline", "route", "show", "default");
  return `${v4}${v6}`
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.replace(/ metric.*/, "").trim());
}

function expected(v4: [string, string] | undefined, v6: [string, string] | undefined): string[] {
  return [
    ...(v4 ? [`default via 10.${NUMBER[v4[0]]}.0.1 dev ${v4[1]}`] : []),
    ...(v6 ? [`default via fd${NUMBER[v6[0]]}::1 dev ${v6[1]}`] : []),
  ];
}

test("of two networks with default routes the first gives it, whatever the plugins are", async (t) => {
  const host = await hostWithNetworks(t);
  const isolator = host.isolator();
  for (const first of NAMES) {
    for (const second of NAMES.filter((name) => name !== first)) {
      await isolator.prepare(containerConfig("c1", [{ name: first }, { name: second }]));
      assert.deepEqual(
        await defaultRoutes(host, "c1"),
        expected([first, "eth0"], [first, "eth0"]),
        `${first}, ${second}`,
      );
      assert.match(await host.inside("c1", "ip", "route", "get", "198.51.100.1"), / dev eth0 /);
      assert.match(await host.inside("c1", "ip", "-6", "route", "get", "2001:db8::1"), / dev eth0 /);
      // the other network serves its own subnet
      assert.match(await host.inside("c1", "ip", "route", "get", `10.${NUMBER[second]}.0.99`), / dev eth1 /);
      await isolator.cleanup(id("c1"));
    }
  }
  assert.deepEqual(await host.traces({ links: 0 }), NO_TRACES);
});

for (const [what, networks, v4, v6] of [
  ["the first network brings none: the next that does", ["inner", "ptp", "bridge-a"], ["ptp", "eth1"], ["ptp", "eth1"]],
  ["each family by itself", ["v6only", "inner", "macvlan"], ["macvlan", "eth2"], ["v6only", "eth0"]],
  ["all five", NAMES, [NAMES[0] ?? "", "eth0"], [NAMES[0] ?? "", "eth0"]],
  ["one network keeps what its plugin made", ["ptp"], ["ptp", "eth0"], ["ptp", "eth0"]],
  ["none brings one", ["inner"], undefined, undefined],
] satisfies [string, string[], [string, string] | undefined, [string, string] | undefined][]) {
  test(`default routes: ${what}`, async (t) => {
    const host = await hostWithNetworks(t);
    const isolator = host.isolator();
    await isolator.prepare(
      containerConfig(
        "c1",
        networks.map((name) => ({ name })),
      ),
    );
    assert.deepEqual(await defaultRoutes(host, "c1"), expected(v4, v6));
    assert.deepEqual(
      (await host.reported(isolator, "c1")).map(([name]) => name),
      networks,
    );
    for (const [index, name] of networks.entries()) {
      const reported = (await host.reported(isolator, "c1"))[index]?.[1];
      assert.deepEqual(await host.kernelAddresses("c1", `eth${index}`), reported, name);
    }
    await isolator.cleanup(id("c1"));
    assert.deepEqual(await host.traces({ links: 0 }), NO_TRACES);
  });
}
