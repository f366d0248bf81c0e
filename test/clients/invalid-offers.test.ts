import assert from "node:assert/strict";
import { test } from "node:test";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { Workspace } from "../support/workspace.ts";
import { ENCODINGS } from "./wire/encoding.ts";
import type { Offer } from "./wire/messages.ts";
import { refused, told } from "./wire/refusal.ts";
import { launchOperation as launch, task } from "./wire/tasks.ts";
import { WireFramework } from "./wire/wire-framework.ts";

inHostLikeNamespaces(import.meta.filename);

const NOT_PARTITION_AWARE = [{ type: "MULTI_ROLE" }, { type: "RESERVATION_REFINEMENT" }];

test("ACCEPT of offers that are not valid", async (t) => {
  const workspace = new Workspace(t);
  await workspace.startLocal("--agents=2");

  for (const encoding of ENCODINGS) {
    for (const [what, state, capabilities] of [
      ["TASK_DROPPED", "TASK_DROPPED", undefined],
      ["TASK_LOST without PARTITION_AWARE", "TASK_LOST", NOT_PARTITION_AWARE],
    ] as const) {
      await t.test(`an offer that is no longer valid: ${what} (${encoding})`, async () => {
        await using framework = await WireFramework.subscribe({
          encoding,
          info: capabilities === undefined ? {} : { capabilities },
        });
        const offer = await framework.offer();
        await framework.decline(offer);
        await framework.accept([offer], [launch(task("a", "true")(offer), task("b", "true")(offer))]);
        for (const id of ["a", "b"]) {
          const message = `Task launched with invalid offers: Offer ${offer.id.value} is no longer valid`;
          const update = await framework.until(id, () => framework.updates.find((u) => u.task_id.value === id));
          assert.deepEqual(told(update), refused(message, "REASON_INVALID_OFFERS", state));
          assert.equal(update.agent_id?.value, offer.agent_id.value);
        }
      });
    }
  }

  const cases: readonly (readonly [
    string,
    (offers: readonly Offer[]) => readonly Offer[],
    (offers: readonly Offer[]) => string,
  ])[] = [
    ["no offers", () => [], () => "No offers specified"],
    ["an offer twice", ([a]) => [a!, a!], ([a]) => `Duplicate offer ${a!.id.value} in offer list`],
    [
      "offers of two agents",
      ([a, b]) => [a!, b!],
      ([a, b]) =>
        `Aggregated offers must belong to one single agent. Offer ${b!.id.value} uses agent ${b!.agent_id.value} and agent ${a!.agent_id.value}`,
    ],
  ];
  for (const [what, accepted, message] of cases) {
    await t.test(`${what}: TASK_DROPPED, and what is valid of them comes back`, async () => {
      await using framework = await WireFramework.subscribe();
      const offers = await framework.until("two offers", () => framework.offers.length === 2 && [...framework.offers]);
      const chosen = accepted(offers);
      await framework.accept(chosen, [launch(task("x", "true")(offers[0]!))]);
      const update = await framework.until("the update", () => framework.updates[0]);
      assert.deepEqual(
        told(update),
        refused(`Task launched with invalid offers: ${message(offers)}`, "REASON_INVALID_OFFERS", "TASK_DROPPED"),
      );
      await framework.until("offers of both agents", () => framework.offers.length === 2);
    });
  }

  await t.test("offers of another framework", async () => {
    await using owner = await WireFramework.subscribe();
    const offer = await owner.offer();
    await using thief = await WireFramework.subscribe();
    await thief.accept([offer], [launch(task("stolen", "true")(offer))]);
    const update = await thief.until("the update", () => thief.updates[0]);
    assert.equal(
      update.message,
      `Task launched with invalid offers: Offer ${offer.id.value} has invalid framework ${owner.id} while framework ${thief.id} is expected`,
    );
    await owner.launch(task("mine", "true"));
    await owner.update("mine", "TASK_FINISHED");
  });

  await t.test("an operation with an id is OPERATION_ERROR then", async () => {
    await using framework = await WireFramework.subscribe();
    const offer = await framework.offer();
    await framework.decline(offer);
    await framework.accept([offer], [{ type: "UNRESERVE", id: { value: "op" }, unreserve: { resources: [] } }]);
    const event = await framework.until("the update", () =>
      framework.events.find(({ type }) => type === "UPDATE_OPERATION_STATUS"),
    );
    const { status } = (event as unknown as { update_operation_status: { status: Record<string, unknown> } })
      .update_operation_status;
    assert.deepEqual([status.operation_id, status.state, status.uuid], [{ value: "op" }, "OPERATION_ERROR", undefined]);
    assert.match(String(status.message), /is no longer valid/);
  });
});
