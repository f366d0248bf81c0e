import assert from "node:assert/strict";
import { test } from "node:test";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { Workspace } from "../support/workspace.ts";
import { ENCODINGS } from "./wire/encoding.ts";
import type { Offer } from "./wire/messages.ts";
import { scalar, task } from "./wire/tasks.ts";
import { WireFramework } from "./wire/wire-framework.ts";

inHostLikeNamespaces(import.meta.filename);

const RESERVED = "cpus:6;mem:1024;disk:512;ports:[31000-32000];cpus(db):2;mem(db):512";

test("offers", async (t) => {
  const workspace = new Workspace(t);
  await workspace.startLocal(`--resources=${RESERVED}`, "--allocation_interval=100ms");

  for (const encoding of ENCODINGS) {
    await t.test(`rule 3: without MULTI_ROLE there is no allocation_info anywhere (${encoding})`, async () => {
      await using framework = await WireFramework.subscribe({ encoding, info: { roles: null, capabilities: [] } });
      const offer = await framework.offer();
      assert.equal(offer.allocation_info, undefined);
      for (const resource of offer.resources) assert.equal(resource.allocation_info, undefined);
      // and none is expected of its tasks
      await framework.launch(task(`single-${encoding}`, "true"));
      await framework.update(`single-${encoding}`, "TASK_FINISHED");
    });

    await t.test(`rule 3: with MULTI_ROLE the offer and each resource has it (${encoding})`, async () => {
      await using framework = await WireFramework.subscribe({
        encoding,
        info: { roles: ["db"], capabilities: [{ type: "MULTI_ROLE" }] },
      });
      const offer = await framework.offer();
      assert.deepEqual(offer.allocation_info, { role: "db" });
      assert.ok(offer.resources.length > 0);
      for (const resource of offer.resources) assert.deepEqual(resource.allocation_info, { role: "db" });
    });

    await t.test(`rule 4: without RESERVATION_REFINEMENT resources have a role (${encoding})`, async () => {
      await using framework = await WireFramework.subscribe({
        encoding,
        info: { roles: ["db"], capabilities: [{ type: "MULTI_ROLE" }] },
      });
      const { resources } = await framework.offer();
      assert.deepEqual(
        amounts(resources, (resource) => resource.role),
        [
          ["cpus", 2, "db"],
          ["cpus", 6, "*"],
          ["disk", 512, "*"],
          ["mem", 512, "db"],
          ["mem", 1024, "*"],
        ],
      );
      for (const resource of resources) {
        assert.equal(resource.reservations, undefined);
        assert.equal(resource.reservation, undefined, "a static reservation has none");
      }
      // tasks ask for them in the same way
      const asked = [{ ...scalar("cpus", 7), role: "*" }, scalar("mem", 32)];
      const more = [
        { ...scalar("cpus", 2), role: "db" },
        { ...scalar("mem", 32), role: "db" },
      ];
      await framework.launch(task("too-much", "true", { resources: asked }), task("fits", "true", { resources: more }));
      await framework.update("too-much", "TASK_ERROR");
      await framework.update("fits", "TASK_FINISHED");
    });

    await t.test(`rule 4: with it they have reservations and no role (${encoding})`, async () => {
      await using framework = await WireFramework.subscribe({
        encoding,
        info: { roles: ["db"], capabilities: [{ type: "MULTI_ROLE" }, { type: "RESERVATION_REFINEMENT" }] },
      });
      const { resources } = await framework.offer();
      const reserved = amounts(resources, ({ reservations }) => reservations?.map(({ role, type }) => [type, role]));
      assert.deepEqual(reserved, [
        ["cpus", 2, [["STATIC", "db"]]],
        ["cpus", 6, undefined],
        ["disk", 512, undefined],
        ["mem", 512, [["STATIC", "db"]]],
        ["mem", 1024, undefined],
      ]);
      for (const resource of resources) {
        assert.equal(resource.role, undefined);
        assert.equal(resource.reservation, undefined);
      }
      const reservations = [{ type: "STATIC", role: "db" }];
      const asked = [
        { ...scalar("cpus", 2), reservations },
        { ...scalar("mem", 32), reservations },
      ];
      await framework.launch(task("fits", "true", { resources: asked }));
      await framework.update("fits", "TASK_FINISHED");
    });
  }

  await t.test("an offer says where its agent is", async () => {
    await using framework = await WireFramework.subscribe();
    const offer = await framework.offer();
    assert.deepEqual(offer.url, {
      scheme: "http",
      address: { hostname: offer.hostname, ip: "127.0.0.1", port: 5051 },
      path: "/slave(1)",
    });
    assert.deepEqual(offer.framework_id, { value: framework.id });
    assert.match(offer.agent_id.value, /-S0$/);
    assert.match(offer.id.value, /^[\da-f-]{36}-O\d+$/);
    const ports = offer.resources.find(({ name }) => name === "ports");
    assert.deepEqual(ports?.ranges, { range: [{ begin: 31000, end: 32000 }] });
  });

  for (const [what, operations] of [
    ["a LAUNCH of no tasks", [{ type: "LAUNCH", launch: { task_infos: [] } }]],
    ["a LAUNCH without list", [{ type: "LAUNCH", launch: {} }]],
    ["no operations", []],
  ] as const) {
    await t.test(`rule 5: ACCEPT with ${what} declines for refuse_seconds`, async () => {
      await using framework = await WireFramework.subscribe();
      await framework.accept([await framework.offer()], operations, { refuse_seconds: 100_000 });
      await othersGetOffers();
      assert.equal(framework.offers.length, 0, "offered again while it refuses");
      await framework.call({ type: "REVIVE" });
      await framework.offer();
    });
  }

  await t.test("rule 5: with refuse_seconds of 0 the offer comes back at once", async () => {
    await using framework = await WireFramework.subscribe();
    const first = await framework.offer();
    await framework.accept([first], [{ type: "LAUNCH", launch: { task_infos: [] } }], { refuse_seconds: 0 });
    assert.notEqual((await framework.offer()).id.value, first.id.value);
  });

  await t.test("rule 5: DECLINE refuses for refuse_seconds, and SUPPRESS until REVIVE", async () => {
    await using framework = await WireFramework.subscribe();
    await framework.decline(await framework.offer(), { refuse_seconds: 100_000 });
    await othersGetOffers();
    await framework.call({ type: "REVIVE" });
    const offer = await framework.offer();
    await framework.call({ type: "SUPPRESS" });
    await framework.decline(offer, { refuse_seconds: 0 });
    await othersGetOffers();
    assert.equal(framework.offers.length, 0, "offered while it is suppressed");
    await framework.call({ type: "REVIVE" });
    await framework.offer();
  });

  await t.test("without filters an offer is refused for 5 seconds", async () => {
    await using framework = await WireFramework.subscribe();
    const startedAt = performance.now();
    await framework.decline(await framework.offer());
    await framework.offer();
    assert.ok(performance.now() - startedAt >= 4900);
  });
});

/** Whether, and that, others are offered the same resources several times meanwhile: whoever would get them too has had its turn. */
async function othersGetOffers(): Promise<void> {
  await using other = await WireFramework.subscribe();
  for (let round = 0; round < 3; round++) await other.decline(await other.offer(), { refuse_seconds: 0 });
}

function amounts<T>(resources: Offer["resources"], look: (resource: Offer["resources"][number]) => T) {
  return resources
    .flatMap((resource) => (resource.scalar ? [[resource.name, resource.scalar.value, look(resource)] as const] : []))
    .toSorted((a, b) => (a[0] === b[0] ? a[1] - b[1] : a[0] < b[0] ? -1 : 1));
}
