import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import fc from "fast-check";
import { ResourceSchema } from "../../gen/mesos/v1/resource_pb.js";
import { anyResource, type Init, ranges, scalar, set } from "./resource.fixture.ts";
import { validateResource } from "./validate-resource.ts";

const disk = (init: Init) => scalar("disk", 1, init);
const cpus = (init: Init) => scalar("cpus", 1, init);

test("resources of every kind are valid", () => {
  fc.assert(fc.property(anyResource, (resource) => assert.equal(validateResource(resource), undefined)));
  const valid = [
    cpus({ role: "web" }),
    cpus({ role: "web", reservation: { principal: "p" } }),
    cpus({ role: "web", reservations: [{ type: 1, role: "web" }] }),
    cpus({ role: "web", reservation: { principal: "p" }, reservations: [{ type: 2, role: "web", principal: "p" }] }),
    disk({ disk: { source: { type: 2, mount: { root: "/m" } } } }),
    disk({ disk: { persistence: { id: "v" } }, shared: {} }),
  ];
  for (const resource of valid) {
    assert.equal(validateResource(resource), undefined);
  }
});

test("values that are no value", () => {
  const refused = [
    [scalar("", 1), "Empty resource name"],
    [create(ResourceSchema, { name: "x", type: 0 }), "Invalid scalar resource"],
    [create(ResourceSchema, { name: "x", type: 0, scalar: { value: 1 }, set: {} }), "Invalid scalar resource"],
    [scalar("x", -0.001), "Invalid scalar resource: value <= 0"],
    [scalar("x", 0.0004), "Invalid scalar resource: value <= 0"],
    [scalar("x", Number.NaN), "Invalid scalar resource: value is not finite, or too large"],
    [scalar("x", Number.POSITIVE_INFINITY), "Invalid scalar resource: value is not finite, or too large"],
    [create(ResourceSchema, { name: "x", type: 1, scalar: { value: 1 } }), "Invalid ranges resource"],
    [ranges("x", [[5, 3]]), "Invalid ranges resource: begin > end"],
    [
      ranges("x", [
        [5, 9],
        [1, 5],
      ]),
      "Invalid ranges resource: overlapping ranges",
    ],
    [create(ResourceSchema, { name: "x", type: 2 }), "Invalid set resource"],
    [set("x", ["a", "b", "a"]), "Invalid set resource: duplicated elements"],
    [create(ResourceSchema, { name: "x", type: 3 }), "Unsupported resource type"],
  ] as const;
  for (const [resource, message] of refused) {
    assert.equal(validateResource(resource), message);
  }
});

test("disks", () => {
  const refused = [
    [cpus({ disk: {} }), "DiskInfo should not be set for cpus resource"],
    [disk({ disk: { source: { type: 3, mount: {} } } }), "Mount should not be set for BLOCK disk source"],
    [disk({ disk: { source: { type: 4, path: {} } } }), "Path should not be set for RAW disk source"],
    [disk({ disk: { source: { type: 0 } } }), "Unsupported 'DiskInfo.Source.Type' in 'UNKNOWN'"],
    [cpus({ shared: {} }), "Resource cpus cannot be shared"],
    [disk({ shared: {} }), "Only persistent volumes can be shared"],
  ] as const;
  for (const [resource, message] of refused) {
    assert.equal(validateResource(resource), message);
  }
});

test("reservations", () => {
  const web = { type: 1, role: "web" } as const;
  const format = "Invalid resource format: ";
  const refused: [Init, string][] = [
    [{ role: "a/" }, "Role 'a/' cannot end with a slash"],
    [{ reservation: {} }, 'Invalid reservation: role "*" cannot be dynamically reserved'],
    [
      { role: "web", reservation: { type: 2 } },
      "'Resource.ReservationInfo.type' must not be set for the 'Resource.reservation' field",
    ],
    [
      { role: "web", reservation: { role: "web" } },
      "'Resource.ReservationInfo.role' must not be set for the 'Resource.reservation' field",
    ],
    [{ reservations: [{ role: "web" }] }, "Invalid reservation: 'Resource.ReservationInfo.type' field must be set."],
    [{ reservations: [{ type: 1 }] }, "Invalid reservation: 'Resource.ReservationInfo.role' field must be set."],
    [{ reservations: [{ type: 1, role: "*" }] }, 'Invalid reservation: role "*" cannot be reserved'],
    [{ reservations: [{ type: 1, role: "-" }] }, "Role component '-' is invalid because it starts with a dash"],
    [{ reservations: [{ type: 0, role: "web" }] }, "Unsupported 'Resource.ReservationInfo.Type'"],
    [
      { reservations: [web, { type: 1, role: "web/a" }] },
      "Invalid refined reservation: A refined reservation cannot be STATIC",
    ],
    [
      { reservations: [web, { type: 2, role: "web" }] },
      "Invalid refined reservation: role 'web' is not a refinement of 'web'",
    ],
    [
      { role: "db", reservations: [web] },
      `${format}'Resource.role' field with 'db' does not match the role 'web' in 'Resource.reservations'`,
    ],
    [
      { role: "web", reservation: {}, reservations: [web] },
      `${format}'Resource.reservation' must not be set if the single reservation in 'Resource.reservations' is STATIC`,
    ],
    [
      { role: "web", reservations: [{ type: 2, role: "web" }] },
      `${format}'Resource.role' and 'Resource.reservation' must either be both set or both not set if the single reservation in 'Resource.reservations' is DYNAMIC`,
    ],
    [
      { role: "web", reservation: { principal: "p" }, reservations: [{ type: 2, role: "web" }] },
      `${format}'Resource.reservation.principal' field with 'p' does not match the principal '' in 'Resource.reservations'`,
    ],
    [
      {
        role: "web",
        reservation: { labels: { labels: [{ key: "a", value: "1" }, { key: "b" }] } },
        reservations: [{ type: 2, role: "web" }],
      },
      `${format}'Resource.reservation.labels' field with '{a: 1, b}' does not match the labels '{}' in 'Resource.reservations'`,
    ],
    [
      { role: "web", reservations: [web, { type: 2, role: "web/a" }] },
      `${format}'Resource.role' must not be set if there is more than one reservation in 'Resource.reservations'`,
    ],
    [
      { reservation: {}, reservations: [web, { type: 2, role: "web/a" }] },
      `${format}'Resource.reservation' must not be set if there is more than one reservation in 'Resource.reservations'`,
    ],
  ];
  for (const [init, message] of refused) {
    assert.equal(validateResource(cpus(init)), message);
  }
});
