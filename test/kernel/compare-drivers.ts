import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { JsonObject } from "@fairlead/cni";
import { type CallOptions, DRIVERS, Drivers, type Refusal, run } from "./builtin-drivers.ts";
import { observeAttachment } from "./observe-attachment.ts";

export interface Comparison {
  readonly config: (drivers: Drivers) => JsonObject;
  readonly options?: CallOptions;
  /** Shell commands on the host before each ADD. */
  readonly prepare?: string;
  /** Where the CHECK of Debian's release finds a fault that is none. */
  readonly referenceCheckFails?: boolean;
  /** Addresses that the container must reach. */
  readonly pings?: readonly string[];
}

/**
 * One configuration by the reference, then by ours: the result, what the kernel shows inside and on the host, IPAM's files, and reachability must be
 * the same; and each must be able to CHECK and DEL what the other made. A second container is attached the same way, to be reached.
 */
export async function compareDrivers(
  t: TestContext,
  { config: makeConfig, options, prepare, referenceCheckFails, pings = [] }: Comparison,
) {
  const drivers = new Drivers(t);
  const config = makeConfig(drivers);
  const seen = [];
  for (const adding of DRIVERS) {
    for (const deleting of DRIVERS) {
      if (prepare !== undefined) run("sh", "-c", prepare);
      drivers.containers("c1");
      const result = await drivers.call(adding, "ADD", "c1", config, options);
      if (deleting === adding) {
        seen.push(observeAttachment(drivers, "c1", withoutEmptyDns(result)));
        for (const address of pings) assert.equal(drivers.pings("c1", address), true, `${adding}: ping ${address}`);
      }
      if (isCheckable(config) && !(referenceCheckFails && deleting === "reference"))
        await drivers.call(deleting, "CHECK", "c1", config, { ...options, prevResult: result });
      const del = drivers.call(deleting, "DEL", "c1", config, { ...options, prevResult: result });
      // the reference wants to see a chain of iptables that only it makes; address and link are free all the same
      if (config.ipMasq && deleting === "reference" && adding === "built-in") await assert.rejects(del, /ip6?tables/);
      else await del;
      assert.doesNotMatch(drivers.inside("c1", "ip", "link"), /eth0/, `${adding}, then DEL by ${deleting}`);
      assert.deepEqual(drivers.leases(), []);
      await drivers.call(deleting, "DEL", "c1", config, { ...options, prevResult: result });
      await drivers.linksWithoutVeths();
      drivers.removeContainer("c1");
      drivers.clear();
    }
  }
  assert.deepEqual(seen[1], seen[0]);
}

/** A configuration that both must refuse: with the same error, and ours leaves nothing. */
export async function compareRefusals(
  t: TestContext,
  { config: makeConfig, options, prepare }: Comparison,
  expected: Refusal | RegExp,
): Promise<void> {
  const drivers = new Drivers(t);
  const config = makeConfig(drivers);
  const refusals = [];
  for (const driver of DRIVERS) {
    drivers.containers("c1");
    if (prepare !== undefined) run("sh", "-c", prepare.replaceAll("NETNS", drivers.netns("c1")));
    const before = traces(drivers, await drivers.settledLinks());
    refusals.push(await drivers.refusal(driver, "ADD", "c1", config, options));
    if (driver === "built-in") assert.deepEqual(traces(drivers, await drivers.settledLinks()), before);
    drivers.removeContainer("c1");
    drivers.clear();
  }
  const [reference, builtIn] = refusals.map(({ code, message }) => ({
    code,
    message: message.replaceAll(/veth[0-9a-f]{8}/g, "VETH"),
  }));
  if (expected instanceof RegExp) {
    for (const refusal of [reference, builtIn]) {
      assert.equal(refusal?.code, 999);
      assert.match(refusal?.message ?? "", expected);
    }
    return;
  }
  assert.deepEqual(reference, expected);
  assert.deepEqual(builtIn, expected);
}

/** What an ADD that failed must not have changed. */
export function traces(drivers: Drivers, links: readonly string[]) {
  return {
    links,
    leases: drivers.leases(),
    addresses: run("sh", "-c", "ip -4 -br address; ip -6 -br address show scope global"),
    routes: run("sh", "-c", "ip route; ip -6 route | grep -v fe80 || true"),
    masquerades: run("sh", "-c", "nft list ruleset | grep elements || true"),
  };
}

/** The reference writes it although it is empty. */
function withoutEmptyDns({ dns, ...result }: JsonObject): JsonObject {
  return JSON.stringify(dns) === "{}" ? result : { ...result, dns };
}

function isCheckable({ cniVersion }: JsonObject): boolean {
  return typeof cniVersion === "string" && cniVersion >= "0.4.0";
}
