import assert from "node:assert/strict";
import { test } from "node:test";
import { compare, type Observation } from "./comparison.ts";

const reported = [
  { network: "blue", addresses: ["10.81.0.2"] },
  { network: "green", addresses: ["10.82.0.2"] },
];
const WEB: Observation = {
  task: "web",
  networks: ["blue", "green"],
  kernel: [
    { name: "eth0", addresses: ["10.81.0.2"] },
    { name: "eth1", addresses: ["10.82.0.2"] },
  ],
  update: reported,
  agentState: reported,
  masterState: reported,
};
const HOST: Observation = {
  task: "host",
  networks: [],
  kernel: [
    { name: "eth0", addresses: ["192.0.2.10"] },
    { name: "blue0", addresses: ["10.81.0.1"] },
  ],
  update: [{ network: undefined, addresses: ["192.0.2.10"] }],
  agentState: [{ network: undefined, addresses: ["192.0.2.10"] }],
  masterState: [{ network: undefined, addresses: ["192.0.2.10"] }],
};

test("a row for each interface, when all agree", () => {
  assert.deepEqual(compare(WEB), {
    agree: true,
    rows: [
      ["web", "blue", "eth0", "10.81.0.2", "10.81.0.2", "10.81.0.2", "10.81.0.2"],
      ["web", "green", "eth1", "10.82.0.2", "10.82.0.2", "10.82.0.2", "10.82.0.2"],
    ],
  });
  assert.deepEqual(compare(HOST), {
    agree: true,
    rows: [["host", "(host)", "eth0", "192.0.2.10", "192.0.2.10", "192.0.2.10", "192.0.2.10"]],
  });
});

for (const [what, observation] of [
  [
    "an address that the kernel does not have",
    { ...WEB, update: [reported[0]!, { network: "green", addresses: ["10.82.0.9"] }] },
  ],
  ["networks in another order", { ...WEB, masterState: reported.toReversed() }],
  ["a network that is missing in a place", { ...WEB, agentState: reported.slice(0, 1) }],
  ["a network too many in a place", { ...WEB, agentState: [...reported, reported[0]!] }],
  ["an interface that is not there", { ...WEB, kernel: WEB.kernel.slice(0, 1) }],
  ["an interface too many", { ...WEB, kernel: [...WEB.kernel, { name: "eth2", addresses: ["10.83.0.2"] }] }],
  ["an interface without address", { ...WEB, kernel: WEB.kernel.map((link) => ({ ...link, addresses: [] })) }],
  ["nothing reported at all", { ...WEB, update: [], agentState: [], masterState: [] }],
  ["a host address that the host does not have", { ...HOST, kernel: HOST.kernel.slice(1) }],
  ["nothing reported for the host", { ...HOST, update: [], agentState: [], masterState: [] }],
] as const) {
  test(`no agreement: ${what}`, () => {
    assert.equal(compare(observation).agree, false);
  });
}
