import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCidr, parseIp } from "@fairlead/cni";
import { toLane } from "./lane.ts";
import { isInTheWay, type PresentMapping } from "./port-conflict.ts";
import { type PortClaim, planPorts } from "./port-plan.ts";

const owner = { network: "blue", containerId: "c1", ifName: "eth0" };

function bytes(text: string): Uint8Array {
  return parseIp(text)?.bytes ?? assert.fail(text);
}

function claim(hostIp?: string): PortClaim {
  const mapping = { protocol: "tcp", hostPort: 8080, containerPort: 80 } as const;
  const ip = hostIp === undefined ? undefined : parseIp(hostIp);
  const [only] = planPorts({
    mappings: [ip === undefined ? mapping : { ...mapping, hostIp: ip }],
    addresses: { v4: parseCidr("10.0.0.2/24") ?? assert.fail() },
    masquerading: "none",
    lane: (family) => toLane(family, []),
  }).claims;
  return only ?? assert.fail("one port is claimed");
}

const present = (comment: string, target: string, hostAddress?: string): PresentMapping => ({
  port: "6 8080",
  hostAddress: hostAddress === undefined ? undefined : bytes(hostAddress),
  target: bytes(target),
  comment,
});

test("a port of another attachment is taken, whoever it is", () => {
  for (const comment of ["blue c2 eth0", "blue c1 eth1", "red c1 eth0", "blue c1 eth00"]) {
    assert.ok(isInTheWay(present(comment, "10.0.0.3"), claim(), owner), comment);
  }
});

test("one's own is not", () => {
  assert.ok(!isInTheWay(present("blue c1 eth0", "10.0.0.3"), claim(), owner));
});

test("nor is that of a container of the network which had the same address: it must be gone", () => {
  assert.ok(!isInTheWay(present("blue c2 eth0", "10.0.0.2"), claim(), owner));
  assert.ok(isInTheWay(present("red c2 eth0", "10.0.0.2"), claim(), owner), "another network may use the address, too");
});

test("all addresses of the host and one of them meet; two do not", () => {
  const other = "blue c2 eth0";
  assert.ok(isInTheWay(present(other, "10.0.0.3"), claim("192.0.2.1"), owner));
  assert.ok(isInTheWay(present(other, "10.0.0.3", "192.0.2.1"), claim(), owner));
  assert.ok(isInTheWay(present(other, "10.0.0.3", "192.0.2.1"), claim("192.0.2.1"), owner));
  assert.ok(!isInTheWay(present(other, "10.0.0.3", "192.0.2.2"), claim("192.0.2.1"), owner));
});
