import assert from "node:assert/strict";
import { test } from "node:test";
import { parseFrameworkId } from "@fairlead/mesos-api";
import { knownRoles } from "./known-roles.ts";
import { aFramework, anAgent, bag, byId, FakeMaster } from "./testing.ts";

const config = { weights: new Map([["ops", 3]]) };

test("a role has what its sub-roles have, and is known because of them", () => {
  const master = new FakeMaster();
  master.frameworks = byId(
    aFramework({
      roles: ["eng/web", "eng/db"],
      used: bag("cpus:1;ports:[1-2]").allocate("eng/web").plus(bag("cpus:0.5").allocate("eng/db")),
      offered: bag("mem:32").allocate("eng/db"),
    }),
    aFramework({ id: parseFrameworkId("m1-0001"), roles: ["eng"], used: bag("cpus:0.25").allocate("*") }),
  );
  master.agents = byId(anAgent({ total: bag("cpus:8"), used: bag("") }));

  const shown = knownRoles(master, config).map(({ name, weight, frameworks, allocated, offered }) => [
    name,
    weight,
    frameworks,
    Object.fromEntries(allocated),
    Object.fromEntries(offered),
  ]);

  assert.deepEqual(shown, [
    ["*", 1, ["m1-0001"], { cpus: 0.25 }, {}],
    ["eng", 1, ["m1-0001"], { cpus: 1.5 }, { mem: 32 }],
    ["eng/db", 1, ["m1-0000"], { cpus: 0.5 }, { mem: 32 }],
    ["eng/web", 1, ["m1-0000"], { cpus: 1 }, {}],
    ["ops", 3, [], {}, {}],
  ]);
});

test("what is reserved and used counts once against a quota", () => {
  const master = new FakeMaster();
  const used = bag("cpus(eng):1;mem:64").allocate("eng");
  master.frameworks = byId(aFramework({ roles: ["eng"], used }));
  master.agents = byId(anAgent({ total: bag("cpus(eng):4;cpus:2;mem:100"), used }));

  const [role] = knownRoles(master, { weights: new Map() });

  assert.deepEqual(Object.fromEntries(role?.reserved ?? []), { cpus: 4 });
  assert.deepEqual(Object.fromEntries(role?.allocated ?? []), { cpus: 1, mem: 64 });
  assert.deepEqual(Object.fromEntries(role?.consumed ?? []), { cpus: 4, mem: 64 });
});

test("a whitelist is what there is", () => {
  const roles = knownRoles(new FakeMaster(), { roles: ["a/b"], weights: config.weights });
  assert.deepEqual(
    roles.map(({ name }) => name),
    ["a", "a/b"],
  );
});
