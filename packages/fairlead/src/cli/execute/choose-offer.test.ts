import assert from "node:assert/strict";
import { test } from "node:test";
import { create, OfferSchema, parseResources, Resources, TaskInfoSchema } from "@fairlead/mesos-api";
import { chooseOffer } from "./choose-offer.ts";

const resources = (text: string) => parseResources(text, { defaultRole: "*" });
const offer = (id: string, text: string, role?: string) =>
  create(OfferSchema, {
    id: { value: id },
    frameworkId: { value: "f" },
    agentId: { value: `agent of ${id}` },
    hostname: "h",
    resources: role === undefined ? resources(text) : Resources.of(resources(text)).allocate(role).toArray(),
    ...(role === undefined ? {} : { allocationInfo: { role } }),
  });
const task = (text: string) =>
  create(TaskInfoSchema, { name: "t", taskId: { value: "t" }, agentId: { value: "" }, resources: resources(text) });

test("the first offer that suffices is taken, the others are given back", () => {
  const offers = [
    offer("small", "cpus:0.5;mem:64", "web"),
    offer("a", "cpus:2;mem:512", "web"),
    offer("b", "cpus:4;mem:512"),
  ];
  const { taken, declined } = chooseOffer(offers, task("cpus:1;mem:128"));
  assert.equal(taken?.offer, offers[1]);
  assert.deepEqual(declined, [offers[0], offers[2]]);
  assert.equal(taken?.task.agentId?.value, "agent of a");
  assert.deepEqual(
    taken?.task.resources.map((resource) => resource.allocationInfo?.role),
    ["web", "web"],
  );
});

test("resources are allocated only where the offer is", () => {
  const { taken } = chooseOffer([offer("a", "cpus:2;mem:512")], task("cpus:1"));
  assert.equal(taken?.task.resources[0]?.allocationInfo, undefined);
});

test("what is reserved for a role is not for this task", () => {
  const offers = [offer("a", "cpus(web):2;mem:512", "web")];
  assert.deepEqual(chooseOffer(offers, task("cpus:1;mem:128")), { declined: offers });
});

test("everything is given back when nothing suffices or nothing is wanted", () => {
  const offers = [offer("a", "cpus:2;mem:512", "*")];
  assert.deepEqual(chooseOffer(offers, task("cpus:2;mem:513")), { declined: offers });
  assert.deepEqual(chooseOffer(offers, undefined), { declined: offers });
});

test("the task that was given is not changed", () => {
  const given = task("cpus:1");
  chooseOffer([offer("a", "cpus:2", "web")], given);
  assert.deepEqual(given, task("cpus:1"));
});
