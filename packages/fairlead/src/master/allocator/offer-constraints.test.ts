import assert from "node:assert/strict";
import { test } from "node:test";
import { AgentInfoSchema, create, type MessageInitShape, parseAttributes, scheduler } from "@fairlead/mesos-api";
import { OfferConstraintsFilter } from "./offer-constraints.ts";

const { OfferConstraintsSchema, AttributeConstraint_Selector_PseudoattributeType: Pseudo } = scheduler;

type Constraint = MessageInitShape<typeof scheduler.AttributeConstraintSchema>;
type Selector = NonNullable<MessageInitShape<typeof scheduler.AttributeConstraint_SelectorSchema>["selector"]>;
type Predicate = NonNullable<MessageInitShape<typeof scheduler.AttributeConstraint_PredicateSchema>["predicate"]>;

const AGENT = create(AgentInfoSchema, {
  hostname: "a1.example.org",
  attributes: parseAttributes("rack:r1;cores:8"),
  domain: { faultDomain: { region: { name: "eu" }, zone: { name: "eu-1" } } },
});

function constraint(selector: Selector, predicate: Predicate): Constraint {
  return { selector: { selector }, predicate: { predicate } };
}

const attribute = (value: string): Selector => ({ case: "attributeName", value });
const pseudo = (value: scheduler.AttributeConstraint_Selector_PseudoattributeType): Selector => ({
  case: "pseudoattributeType",
  value,
});

function filter(...groups: Constraint[][]): OfferConstraintsFilter | string {
  return OfferConstraintsFilter.create(
    create(OfferConstraintsSchema, {
      roleConstraints: { web: { groups: groups.map((attributeConstraints) => ({ attributeConstraints })) } },
    }),
  );
}

function excludes(...groups: Constraint[][]): boolean {
  const made = filter(...groups);
  assert.ok(typeof made !== "string", String(made));
  return made.excludes("web", AGENT);
}

for (const [name, selector, predicate, expected] of [
  ["an attribute that exists", attribute("rack"), { case: "exists", value: {} }, true],
  ["an attribute that does not exist", attribute("gpu"), { case: "exists", value: {} }, false],
  ["the absence of an attribute", attribute("gpu"), { case: "notExists", value: {} }, true],
  ["an equal text", attribute("rack"), { case: "textEquals", value: { value: "r1" } }, true],
  ["another text", attribute("rack"), { case: "textEquals", value: { value: "r2" } }, false],
  ["the text of an absent attribute", attribute("gpu"), { case: "textEquals", value: { value: "" } }, false],
  ["not equal", attribute("rack"), { case: "textNotEquals", value: { value: "r2" } }, true],
  ["not equal, absent", attribute("gpu"), { case: "textNotEquals", value: { value: "x" } }, true],
  ["a scalar against a text", attribute("cores"), { case: "textEquals", value: { value: "9" } }, true],
  ["a scalar against not a text", attribute("cores"), { case: "textNotEquals", value: { value: "8" } }, true],
  ["a pattern", attribute("rack"), { case: "textMatches", value: { regex: "r[0-9]" } }, true],
  ["a pattern of a part only", attribute("rack"), { case: "textMatches", value: { regex: "r" } }, false],
  ["not a pattern", attribute("rack"), { case: "textNotMatches", value: { regex: "r[0-9]" } }, false],
  ["the host name", pseudo(Pseudo.HOSTNAME), { case: "textMatches", value: { regex: ".*\\.example\\.org" } }, true],
  ["the region", pseudo(Pseudo.REGION), { case: "textEquals", value: { value: "eu" } }, true],
  ["the zone", pseudo(Pseudo.ZONE), { case: "textEquals", value: { value: "eu-2" } }, false],
] as const) {
  test(`a constraint on ${name} ${expected ? "holds" : "does not hold"}`, () => {
    assert.equal(excludes([constraint(selector, predicate as Predicate)]), !expected);
  });
}

const HOLDS = constraint(attribute("rack"), { case: "exists", value: {} } as Predicate);
const FAILS = constraint(attribute("gpu"), { case: "exists", value: {} } as Predicate);

test("one of the groups has to hold, in it all constraints", () => {
  assert.equal(excludes([HOLDS, FAILS], [FAILS]), true);
  assert.equal(excludes([HOLDS, FAILS], [HOLDS]), false);
});

test("other roles are not constrained", () => {
  const made = filter([FAILS]);
  assert.ok(typeof made !== "string");
  assert.equal(made.excludes("db", AGENT), false);
});

test("what is not valid is said in Mesos's words", () => {
  assert.match(String(filter()), /has an empty 'RoleConstraints::groups' for role web/);
  assert.match(String(filter([])), /contains an empty RoleConstraints::Group/);
  assert.match(String(filter([{ selector: {}, predicate: HOLDS.predicate! }])), /Exactly one of/);
  assert.match(String(filter([{ selector: HOLDS.selector!, predicate: {} }])), /Unknown predicate type/);
  assert.match(
    String(filter([constraint(pseudo(Pseudo.UNKNOWN), { case: "exists", value: {} } as Predicate)])),
    /Unknown pseudoattribute type/,
  );
  assert.match(
    String(filter([constraint(attribute("rack"), { case: "textMatches", value: { regex: "(" } } as Predicate)])),
    /A role web has an invalid 'AttributeConstraint': Failed to construct regex from pattern '\('/,
  );
});
