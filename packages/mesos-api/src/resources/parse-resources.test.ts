import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { formatResource } from "./format-resource.ts";
import { parseResources } from "./parse-resources.ts";
import { anyResource } from "./resource.fixture.ts";
import { Resources } from "./resources.ts";

function texts(text: string, defaultRole?: string): string[] {
  return parseResources(text, defaultRole === undefined ? {} : { defaultRole }).map(formatResource);
}

test("the text of --resources", () => {
  assert.deepEqual(texts("cpus:4;mem:2048;ports:[31000-32000, 33000-33000];disk(web):100;nics:{eth0, eth1}"), [
    "cpus:4",
    "mem:2048",
    "ports:[31000-32000, 33000-33000]",
    "disk(reservations: [(STATIC,web)]):100",
    "nics:{eth0, eth1}",
  ]);
  assert.deepEqual(texts(" cpus ( web/blue ) : 1.5 ; ports(*):[5-6,1-4,9-9] ;", "ops"), [
    "cpus(reservations: [(STATIC,web/blue)]):1.5",
    "ports:[1-6, 9-9]",
  ]);
  assert.deepEqual(texts("cpus:1e1;mem:.5;ports:[0x10-0x1f]", "ops"), [
    "cpus(reservations: [(STATIC,ops)]):10",
    "mem(reservations: [(STATIC,ops)]):0.5",
    "ports(reservations: [(STATIC,ops)]):[16-31]",
  ]);
  assert.deepEqual(texts(""), []);
  assert.deepEqual(texts("gpus:0;ports:[]"), ["gpus:0", "ports:[]"]);
});

test("the JSON of --resources", () => {
  const json = `[
    {"name":"cpus","type":"SCALAR","scalar":{"value":4},"role":"web"},
    {"name":"mem","type":"SCALAR","scalar":{"value":"2048"}},
    {"name":"disk","type":"SCALAR","scalar":{"value":1},"reservations":[{"type":"STATIC","role":"db"}],
     "disk":{"source":{"type":"PATH","path":{"root":"/mnt"}}}},
    {"name":"ports","type":"RANGES","ranges":{"range":[{"begin":0,"end":18446744073709551615}]}}]`;
  assert.deepEqual(texts(json, "ops"), [
    "cpus(reservations: [(STATIC,web)]):4",
    "mem(reservations: [(STATIC,ops)]):2048",
    "disk(reservations: [(STATIC,db)])[PATH:/mnt]:1",
    "ports(reservations: [(STATIC,ops)]):[0-18446744073709551615]",
  ]);
  assert.deepEqual(texts("[]"), []);
});

test("what cannot be is refused in Mesos's words", () => {
  const refused: [string, string | RegExp][] = [
    ["cpus", "Bad value for resources, missing or extra ':' in cpus"],
    ["cpus:1:2", "Bad value for resources, missing or extra ':' in cpus:1:2"],
    ["cpus(web:1", "Bad value for resources, mismatched parentheses in cpus(web:1"],
    ["cpus)web(:1", "Bad value for resources, mismatched parentheses in cpus)web(:1"],
    ["cpus:-1", "Bad type for resource cpus value -1 type TEXT"],
    ["cpus:nan", "Bad type for resource cpus value nan type TEXT"],
    ["cpus:1e999", "Bad type for resource cpus value 1e999 type TEXT"],
    ["cpus:4e-320", "Failed to parse resource cpus value 4e-320 error Subnormal values not supported"],
    ["cpus: ", "Failed to parse resource cpus value   error Expecting non-empty string"],
    ["p:[1-2", "Failed to parse resource p value [1-2 error Mismatched brackets"],
    ["p:]1-2[", "Failed to parse resource p value ]1-2[ error Mismatched brackets"],
    ["p:[1-2-3]", 'Failed to parse resource p value [1-2-3] error Expecting one or more "ranges"'],
    ["p:[a-2]", "Failed to parse resource p value [a-2] error Expecting non-negative integers in 'a'"],
    ["p:[1-18446744073709551616]", /error Expecting non-negative integers in '1'$/],
    ["p:1[]", "Failed to parse resource p value 1[] error Unexpected '[' found"],
    ["p:1{}", "Failed to parse resource p value 1{} error Unexpected '{' found"],
    ["p:[5-3]", "Invalid ranges resource: begin > end"],
    ["p:{a,a}", "Invalid set resource: duplicated elements"],
    [":1", "Bad value for resources, missing or extra ':' in :1"],
    ["(web):1", "Empty resource name"],
    ["cpus(a b):1", "Role component 'a b' is invalid because it contains backspace or whitespace"],
    ["cpus:99999999999999999", "Invalid scalar resource: value is not finite, or too large"],
    ["cpus:1;cpus:{a}", "Resources with the same name ('cpus') but different types are not allowed"],
    ["[{}]", "Some JSON resources were not formatted properly: Missing required fields: name, type"],
    ["[5]", "Some JSON resources were not formatted properly: Expecting a JSON object"],
    ["[", /^Some JSON resources were not formatted properly: /],
    [
      '[{"name":"disk","type":"SCALAR","scalar":{"value":1},"disk":{"persistence":{"id":"v"}}}]',
      "Persistent volumes cannot be specified at the command line",
    ],
    ['[{"name":"cpus","type":"SCALAR","scalar":{"value":1},"revocable":{}}]', /^Revocable resources cannot be/],
    [
      '[{"name":"cpus","type":"SCALAR","scalar":{"value":1},"role":"web","reservation":{}}]',
      /^Dynamic reservations cannot be/,
    ],
  ];
  for (const [text, message] of refused) {
    assert.throws(() => parseResources(text), { name: "ResourceError", code: "RESOURCE_INVALID", message }, text);
  }
});

test("what is printed without reservations is parsed again", () => {
  const bag = fc.array(anyResource).map((all) => {
    const plain = Resources.of(all).filter(
      (resource) => resource.disk === undefined && resource.revocable === undefined,
    );
    return plain.unallocate().toUnreserved();
  });
  fc.assert(
    fc.property(bag, (resources) => {
      const text = resources.isEmpty ? "" : resources.toString();
      assert.ok(Resources.of(parseResources(text)).equals(resources), text);
    }),
  );
});

test("any text is parsed or refused, and nothing else happens", () => {
  const text = fc.string({ unit: fc.constantFrom(..."cpus:;()[]{},-.0123456789e \n") });
  fc.assert(
    fc.property(text, (value) => {
      try {
        parseResources(value);
      } catch (error) {
        assert.equal((error as { code?: unknown }).code, "RESOURCE_INVALID");
      }
    }),
  );
});
