import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Resource, ResourceSchema } from "../../gen/mesos/v1/resource_pb.js";
import { writeJson } from "../json/write.ts";
import { toEndpointFormat, toRefinedFormat, toUnrefinedFormat } from "./reservation-format.ts";
import { anyResource, scalar } from "./resource.fixture.ts";

const labels = { labels: [{ key: "a" }] };
const unreserved = scalar("cpus", 1);
const fixed = scalar("cpus", 2, { reservations: [{ type: 1, role: "web" }] });
const dynamic = scalar("cpus", 3, { reservations: [{ type: 2, role: "web", principal: "p", labels }] });
const refined = scalar("cpus", 4, {
  reservations: [
    { type: 1, role: "web" },
    { type: 2, role: "web/a" },
  ],
});

function tails(resources: readonly Resource[]): string[] {
  return resources.map((resource) => writeJson(ResourceSchema, resource).replace(/^.*?\{"value":\d\.0\},?/, ""));
}

test("the format without RESERVATION_REFINEMENT", () => {
  assert.deepEqual(tails(toUnrefinedFormat([unreserved, fixed, dynamic])), [
    '"role":"*"}',
    '"role":"web"}',
    '"role":"web","reservation":{"principal":"p","labels":{"labels":[{"key":"a"}]}}}',
  ]);
  assert.throws(() => toUnrefinedFormat([refined]), { code: "RESOURCE_INVALID" });
});

test("the format of endpoints has both", () => {
  assert.deepEqual(tails(toEndpointFormat([unreserved, fixed, refined])), [
    '"role":"*"}',
    '"role":"web","reservations":[{"type":"STATIC","role":"web"}]}',
    '"reservations":[{"type":"STATIC","role":"web"},{"type":"DYNAMIC","role":"web/a"}]}',
  ]);
});

test("every format comes back to the refined one, and nothing is changed", () => {
  fc.assert(
    fc.property(anyResource, (resource) => {
      const json = writeJson(ResourceSchema, resource);
      const formats = [
        toEndpointFormat([resource]),
        resource.reservations.length > 1 ? [] : toUnrefinedFormat([resource]),
      ];
      for (const [other] of formats) {
        assert.equal(other && writeJson(ResourceSchema, toRefinedFormat([other])[0]!), other && json);
      }
      assert.equal(toRefinedFormat([resource])[0], resource);
      assert.equal(writeJson(ResourceSchema, resource), json);
    }),
  );
});
