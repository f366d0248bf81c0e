import assert from "node:assert/strict";
import { test } from "node:test";
import { AttributeSchema } from "../../gen/mesos/v1/resource_pb.js";
import { writeJson } from "../json/write.ts";
import { parseAttributes } from "./parse-attributes.ts";

test("texts, scalars and ranges", () => {
  const attributes = parseAttributes("rack:abc;zone:west:2\nlevel:10;keys:[1000-1500];spaced:a b;");
  assert.deepEqual(
    attributes.map((attribute) => writeJson(AttributeSchema, attribute)),
    [
      '{"name":"rack","type":"TEXT","text":{"value":"abc"}}',
      '{"name":"zone","type":"TEXT","text":{"value":"west:2"}}',
      '{"name":"level","type":"SCALAR","scalar":{"value":10.0}}',
      '{"name":"keys","type":"RANGES","ranges":{"range":[{"begin":1000,"end":1500}]}}',
      '{"name":"spaced","type":"TEXT","text":{"value":"ab"}}',
    ],
  );
  assert.deepEqual(parseAttributes(""), []);
});

test("what cannot be is refused in Mesos's words", () => {
  const refused: [string, string][] = [
    ["rack", "Invalid attribute key:value pair 'rack'"],
    [":a", "Invalid attribute key:value pair ':a'"],
    ["rack:", "Invalid attribute key:value pair 'rack:'"],
    ["rack:{a}", "Bad type for attribute rack text {a} type SET"],
    ["rack:[1", "Failed to parse attribute rack text [1 error Mismatched brackets"],
  ];
  for (const [text, message] of refused) {
    assert.throws(() => parseAttributes(text), { name: "ResourceError", message });
  }
});
