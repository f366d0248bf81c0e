import assert from "node:assert/strict";
import { join, normalize } from "node:path";
import { describe, it } from "node:test";
import fc from "fast-check";
import { checkName, type NameKind, nameProblem } from "./names.ts";

const IN_PATHS: NameKind[] = [
  "task id",
  "executor id",
  "framework id",
  "agent id",
  "container id",
  "network",
  "plugin type",
];
const ALL: NameKind[] = [...IN_PATHS, "user", "hostname", "dns server", "dns domain", "dns option", "label"];

const fine: [NameKind, string][] = [
  ["task id", "web.3f0a:1 (copy)"],
  ["task id", "-rf"],
  ["task id", "a..b"],
  ["network", "münchen"],
  ["network", "a".repeat(255)],
  ["user", "www-data"],
  ["user", "DOMAIN\\user@realm"],
  ["hostname", "web_1.example"],
  ["dns server", "10.0.0.1"],
  ["dns server", "fd00::1"],
  ["dns domain", "svc.cluster.local"],
  ["dns domain", "example."],
  ["dns domain", "."],
  ["dns option", "ndots:2"],
  ["label", ""],
  ["label", "PathPrefix(`/api`) && Host(`x`)"],
];

const bad: [NameKind, string, RegExp][] = [
  ["task id", "", /is empty/],
  ["task id", "..", /own name/],
  ["executor id", "a/b", /slash/],
  ["framework id", "a\\b", /slash/],
  ["network", "a\0b", /control/],
  ["network", "a\nb", /control/],
  ["network", "\x7f", /control/],
  ["network", "\u2028", /control/],
  ["network", "\ud800", /Unicode/],
  ["network", "ü".repeat(128), /longer than 255 bytes/],
  ["user", "-G", /user/],
  ["user", "a:b", /user/],
  ["user", "a b", /user/],
  ["user", "../a", /user/],
  ["user", "", /user/],
  ["hostname", "a b", /host name/],
  ["hostname", "-a", /host name/],
  ["hostname", "a..b", /host name/],
  ["hostname", `${"a".repeat(40)}.${"b".repeat(40)}`, /longer than 64 bytes/],
  ["dns server", "10.0.0.1\nsearch evil", /IP address/],
  ["dns server", "dns.example", /IP address/],
  ["dns domain", "a b", /host name/],
  ["dns domain", "", /is empty/],
  ["dns option", "a b", /one word/],
  ["dns option", "a#", /one word/],
  ["label", "a\nb", /control/],
];

describe("nameProblem", () => {
  for (const [kind, text] of fine) {
    it(`takes ${JSON.stringify(text.slice(0, 40))} as ${kind}`, () => assert.equal(nameProblem(kind, text), undefined));
  }
  for (const [kind, text, problem] of bad) {
    it(`refuses ${JSON.stringify(text.slice(0, 40))} as ${kind}`, () =>
      assert.match(nameProblem(kind, text) ?? "", problem));
  }

  it("lets nothing through that leaves its directory", () => {
    const nasty = fc.string({ unit: fc.constantFrom(".", "/", "\\", "\0", "\n", "a", "-"), maxLength: 6 });
    fc.assert(
      fc.property(fc.constantFrom(...IN_PATHS), nasty, (kind, text) => {
        if (nameProblem(kind, text) !== undefined) return;
        assert.equal(normalize(join("/base", text, "x")), `/base/${text}/x`);
      }),
    );
  });

  it("lets nothing through that makes a second line", () => {
    fc.assert(
      fc.property(fc.constantFrom(...ALL), fc.string({ unit: "binary" }), (kind, text) => {
        if (nameProblem(kind, text) === undefined) assert.equal(text.split(/[\0\r\n\u2028\u2029]/).length, 1);
      }),
    );
  });
});

describe("checkName", () => {
  it("returns what is fine, and quotes what is not", () => {
    assert.equal(checkName("network", "mgmt"), "mgmt");
    assert.throws(() => checkName("network", "a\n/"), {
      code: "REQUEST_INVALID",
      message: 'network "a\\n/" holds a slash',
    });
  });
});
