import assert from "node:assert/strict";
import { test } from "node:test";
import { type AgentId, create, type FrameworkId, OfferIDSchema, type OfferId } from "@fairlead/mesos-api";
import { type OfferFacts, validateOffers } from "./offers.ts";

const FRAMEWORK = "f1" as FrameworkId;

function facts(agentId: string, role = "web", frameworkId: string = FRAMEWORK): OfferFacts {
  return { agentId: agentId as AgentId, role, frameworkId: frameworkId as FrameworkId };
}

const OFFERS = new Map<OfferId, OfferFacts>([
  ["O0" as OfferId, facts("S0")],
  ["O1" as OfferId, facts("S0")],
  ["O2" as OfferId, facts("S1")],
  ["O3" as OfferId, facts("S0", "db")],
  ["O4" as OfferId, facts("S0", "web", "f2")],
]);

for (const [ids, expected] of [
  [[], "No offers specified"],
  [["O0"], undefined],
  [["O0", "O1"], undefined],
  [["O0", "O1", "O0"], "Duplicate offer O0 in offer list"],
  [["O0", "O9"], "Offer O9 is no longer valid"],
  [["O4"], "Offer O4 has invalid framework f2 while framework f1 is expected"],
  [
    ["O0", "O3"],
    "Aggregated offers must be allocated to the same role. Offer O3 uses role 'db but another is using role 'web",
  ],
  [["O0", "O2"], "Aggregated offers must belong to one single agent. Offer O2 uses agent S1 and agent S0"],
] as const) {
  test(`accepting [${ids.join(", ")}]: ${expected ?? "valid"}`, () => {
    const messages = ids.map((value) => create(OfferIDSchema, { value }));
    assert.equal(validateOffers(messages, OFFERS, FRAMEWORK), expected);
  });
}
