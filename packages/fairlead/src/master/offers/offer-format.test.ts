import assert from "node:assert/strict";
import { test } from "node:test";
import { create, OfferSchema, parseResources, Resources } from "@fairlead/mesos-api";
import type { FrameworkCapabilities } from "../frameworks/capabilities.ts";
import { forFramework } from "./offer-format.ts";

const resources = Resources.of(parseResources("cpus(web):1;mem:2;ephemeral_ports:[1-5]")).allocate("web").toArray();
const OFFER = create(OfferSchema, { allocationInfo: { role: "web" }, resources });

function shown(capabilities: Partial<FrameworkCapabilities>) {
  return forFramework(OFFER, capabilities as FrameworkCapabilities);
}

test("without MULTI_ROLE neither offer nor resources carry allocation_info", () => {
  const offer = shown({ multiRole: false, reservationRefinement: true });
  assert.equal(offer.allocationInfo, undefined);
  assert.ok(offer.resources.every(({ allocationInfo }) => allocationInfo === undefined));
  const kept = shown({ multiRole: true, reservationRefinement: true });
  assert.equal(kept.allocationInfo?.role, "web");
  assert.ok(kept.resources.every(({ allocationInfo }) => allocationInfo?.role === "web"));
});

test("without RESERVATION_REFINEMENT reservations are told in the old format", () => {
  const [cpus, mem] = shown({ multiRole: true, reservationRefinement: false }).resources;
  assert.deepEqual([cpus?.role, cpus?.reservations.length, mem?.role], ["web", 0, "*"]);
  assert.ok(Object.hasOwn(mem!, "role"));
});

test("with RESERVATION_REFINEMENT there is no role, but reservations", () => {
  const [cpus, mem] = shown({ multiRole: true, reservationRefinement: true }).resources;
  assert.equal(Object.hasOwn(cpus!, "role"), false);
  assert.equal(cpus?.reservations[0]?.role, "web");
  assert.equal(mem?.reservations.length, 0);
});

test("ephemeral ports are nobody's, and the offer in the books stays as it is", () => {
  assert.deepEqual(
    shown({}).resources.map(({ name }) => name),
    ["cpus", "mem"],
  );
  assert.equal(OFFER.resources.length, 3);
  assert.equal(OFFER.allocationInfo?.role, "web");
});
