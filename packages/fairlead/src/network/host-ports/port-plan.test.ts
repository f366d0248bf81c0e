import assert from "node:assert/strict";
import { test } from "node:test";
import { type Cidr, parseCidr, parseIp } from "@fairlead/cni";
import type { FirewallElement } from "../firewall-table/firewall-table.ts";
import { toLane } from "./lane.ts";
import type { PortMapping } from "./port-mapping.ts";
import { type PortPlanInput, planPorts } from "./port-plan.ts";

function cidr(text: string): Cidr {
  return parseCidr(text) ?? assert.fail(text);
}

const addresses = { v4: cidr("10.0.0.2/24"), v6: cidr("fd00::2/64") };
const mapping: PortMapping = { protocol: "tcp", hostPort: 8080, containerPort: 80 };
const at = (text: string): PortMapping => ({ ...mapping, hostIp: parseIp(text) ?? assert.fail(text) });

const plan = (mappings: readonly PortMapping[], more: Partial<PortPlanInput> = {}) =>
  planPorts({ mappings, addresses, masquerading: "none", lane: (family) => toLane(family, []), ...more });

/** `map: key -> data`, bytes in hexadecimal numbers. */
function shown({ set, key, data }: FirewallElement): string {
  const hex = (parts: readonly Uint8Array[]) => parts.map((part) => Buffer.from(part).toString("hex")).join(".");
  const target =
    data === undefined ? "" : "kind" in data ? `${data.kind} ${"chain" in data ? data.chain : ""}` : hex(data);
  return `${set.family} ${set.name}: ${hex(key)} -> ${target}`;
}

test("a port at all addresses is mapped for each family that the container has", () => {
  assert.deepEqual(plan([mapping]).elements.map(shown), [
    "ip ports_any: 06.1f90 -> 0a000002.0050",
    "ip6 ports_any: 06.1f90 -> fd000000000000000000000000000002.0050",
  ]);
  assert.equal(plan([mapping], { addresses: { v4: addresses.v4 } }).elements.length, 1);
  assert.deepEqual(plan([mapping], { addresses: {} }).elements, []);
});

test("a port at one address is mapped for its family only; the unspecified addresses are all of a family", () => {
  assert.deepEqual(plan([at("192.0.2.1")]).elements.map(shown), ["ip ports_one: c0000201.06.1f90 -> 0a000002.0050"]);
  assert.deepEqual(plan([at("0.0.0.0")]).elements.map(shown), ["ip ports_any: 06.1f90 -> 0a000002.0050"]);
  assert.deepEqual(plan([at("::")]).elements.map(shown), [
    "ip6 ports_any: 06.1f90 -> fd000000000000000000000000000002.0050",
  ]);
  assert.deepEqual(plan([at("192.0.2.1")], { addresses: { v6: addresses.v6 } }).elements, []);
});

test("the first of two mappings of a port counts", () => {
  const mappings = [mapping, { ...mapping, containerPort: 81 }, { ...mapping, protocol: "udp" } as const];
  assert.deepEqual(plan(mappings, { addresses: { v4: addresses.v4 } }).elements.map(shown), [
    "ip ports_any: 06.1f90 -> 0a000002.0050",
    "ip ports_any: 11.1f90 -> 0a000002.0050",
  ]);
});

test("masquerading is a matter of the container's address, and of its subnet", () => {
  const masqueraded = (masquerading: "local" | "all") => {
    return plan([mapping], { masquerading })
      .elements.map(shown)
      .filter((text) => text.includes("masquerade"));
  };
  assert.deepEqual(masqueraded("local"), [
    "ip ports_masquerade: 0a000002 -> goto ports_masquerade_10.0.0.0/24",
    "ip6 ports_masquerade: fd000000000000000000000000000002 -> goto ports_masquerade_fd00__/64",
  ]);
  assert.deepEqual(masqueraded("all"), [
    "ip ports_masquerade: 0a000002 -> goto ports_masquerade_all",
    "ip6 ports_masquerade: fd000000000000000000000000000002 -> goto ports_masquerade_all",
  ]);
  assert.deepEqual(plan([mapping]).localTargets, []);
  assert.deepEqual(plan([mapping], { masquerading: "local" }).localTargets, [addresses.v4]);
});

test("a family in which nothing is mapped gets nothing at all", () => {
  const { parts, elements, localTargets } = plan([at("::")], { masquerading: "local" });
  assert.deepEqual([...new Set(parts.map(({ family }) => family))], ["ip6"]);
  assert.equal(elements.length, 2);
  assert.deepEqual(localTargets, []);
});

test("parts are the same for any number of containers and ports", () => {
  const names = (input: readonly PortMapping[], last: number) => {
    const v4 = cidr(`10.0.0.${last}/24`);
    return plan(input, { addresses: { v4 }, masquerading: "local" }).parts.map(({ name }) => name);
  };
  assert.deepEqual(names([mapping, { ...mapping, hostPort: 1 }, at("192.0.2.1")], 2), names([mapping], 3));
});
