import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type AgentId,
  AgentInfo_Capability_Type,
  AgentInfo_CapabilitySchema,
  AgentInfoSchema,
  FrameworkInfo_Capability_Type as Capability,
  create,
  FiltersSchema,
  type FrameworkId,
  FrameworkInfoSchema,
  type MessageInitShape,
  parseResources,
  Resource_RevocableInfoSchema,
  Resources,
} from "@fairlead/mesos-api";
import fc from "fast-check";
import { replaceFields } from "../../base/replace-fields.ts";
import { VirtualClock } from "../../base/virtual-clock.ts";
import { pseudoRandom } from "../testing/test-cluster.ts";
import { type Allocation, Allocator, type AllocatorOptions } from "./allocator.ts";
import { AllocatorFramework } from "./framework.ts";
import { OfferConstraintsFilter } from "./offer-constraints.ts";

const ALL_CAPABILITIES = [AgentInfo_Capability_Type.MULTI_ROLE, AgentInfo_Capability_Type.HIERARCHICAL_ROLE].map(
  (type) => create(AgentInfo_CapabilitySchema, { type }),
);

const bag = (text: string): Resources => Resources.of(parseResources(text));

interface Given {
  readonly frameworkId: FrameworkId;
  readonly allocation: Allocation;
}

class Fixture {
  readonly clock = new VirtualClock();
  /** What was allocated since it was last taken. */
  given: Given[] = [];
  readonly allocator: Allocator;

  constructor(options: Partial<AllocatorOptions> = {}) {
    this.allocator = new Allocator({
      clock: this.clock,
      random: pseudoRandom(7),
      allocationIntervalMs: 1_000,
      weights: new Map(),
      rules: { filterGpuResources: true, minAllocatableResources: [], domain: undefined },
      onAllocated: (frameworkId, allocations) => {
        for (const allocation of allocations) this.given.push({ frameworkId, allocation });
      },
      ...options,
    });
  }

  framework(
    id: string,
    roles: string[],
    init: Partial<MessageInitShape<typeof FrameworkInfoSchema>> = {},
  ): FrameworkId {
    const frameworkId = id as FrameworkId;
    const info = create(FrameworkInfoSchema, {
      user: "u",
      name: id,
      roles,
      capabilities: [{ type: Capability.MULTI_ROLE }],
      ...init,
    } as MessageInitShape<typeof FrameworkInfoSchema>);
    const framework = new AllocatorFramework(frameworkId, info, OfferConstraintsFilter.none, this.clock);
    this.allocator.addFramework(framework, []);
    this.allocator.activateFramework(frameworkId);
    return frameworkId;
  }

  agent(id: string, resources: string, info: Partial<MessageInitShape<typeof AgentInfoSchema>> = {}): AgentId {
    const message = create(AgentInfoSchema, { hostname: id, ...info } as MessageInitShape<typeof AgentInfoSchema>);
    this.allocator.addAgent(id as AgentId, message, ALL_CAPABILITIES, bag(resources), new Map());
    return id as AgentId;
  }

  /** Lets the runs that are due happen; what they gave, as texts. */
  async run(ms = 0): Promise<string[]> {
    this.given = [];
    await this.clock.advance(ms);
    return this.given.map(
      ({ frameworkId, allocation }) =>
        `${frameworkId}/${allocation.role}@${allocation.agentId}: ${allocation.resources.unallocate()}`,
    );
  }

  /** Gives back everything that the last run gave to a framework, as declined. */
  decline(frameworkId: FrameworkId, refuseSeconds?: number): void {
    const filters = create(FiltersSchema, refuseSeconds === undefined ? {} : { refuseSeconds });
    for (const { allocation } of this.given.filter((given) => given.frameworkId === frameworkId)) {
      this.allocator.recoverOffered(frameworkId, allocation.agentId, allocation.resources, filters);
    }
  }
}

test("a new agent is offered soon, with everything that it has", async () => {
  const fixture = new Fixture();
  fixture.framework("f1", ["web"]);
  fixture.agent("S0", "cpus:4;mem:1024;ports:[1-5]");
  assert.deepEqual(fixture.given, [], "not while the caller is still at work");
  assert.deepEqual(await fixture.run(), ["f1/web@S0: cpus:4; mem:1024; ports:[1-5]"]);
  assert.deepEqual(await fixture.run(), []);
});

test("what was declined comes again when its filter has expired, in the next round over all agents", async () => {
  const fixture = new Fixture();
  const f1 = fixture.framework("f1", ["web"]);
  fixture.agent("S0", "cpus:4");
  fixture.allocator.start();
  await fixture.run();
  fixture.decline(f1, 3);
  assert.deepEqual(await fixture.run(2_999), []);
  assert.deepEqual(await fixture.run(1_001), ["f1/web@S0: cpus:4"]);
});

test("a filter is for its framework only", async () => {
  const fixture = new Fixture();
  const f1 = fixture.framework("f1", ["web"]);
  fixture.agent("S0", "cpus:4");
  fixture.allocator.start();
  await fixture.run();
  fixture.framework("f2", ["web"]);
  fixture.decline(f1);
  assert.deepEqual(await fixture.run(1_000), ["f2/web@S0: cpus:4"]);
});

test("more than what was declined is offered at once", async () => {
  const fixture = new Fixture();
  const f1 = fixture.framework("f1", ["web"]);
  const agent = fixture.agent("S0", "cpus:4;mem:64");
  await fixture.run();
  const half = bag("cpus:2;mem:32").allocate("web");
  fixture.allocator.recoverOffered(f1, agent, half, create(FiltersSchema, { refuseSeconds: 100 }));
  assert.deepEqual(await fixture.run(), []);
  fixture.allocator.recoverUsed(f1, agent, half);
  assert.deepEqual(await fixture.run(), ["f1/web@S0: cpus:4; mem:64"]);
});

test("REVIVE forgets filters, SUPPRESS ends offers", async () => {
  const fixture = new Fixture();
  const f1 = fixture.framework("f1", ["web", "db"]);
  fixture.agent("S0", "cpus:4");
  await fixture.run();
  fixture.decline(f1, 1_000);
  fixture.allocator.suppress(f1, ["web"]);
  fixture.allocator.revive(f1, ["db"]);
  assert.deepEqual(await fixture.run(), ["f1/db@S0: cpus:4"]);
  fixture.decline(f1, 1_000);
  fixture.allocator.revive(f1, []);
  assert.deepEqual(await fixture.run(), ["f1/web@S0: cpus:4"]);
  fixture.decline(f1, 0);
  fixture.allocator.suppress(f1, []);
  fixture.agent("S1", "cpus:1");
  assert.deepEqual(await fixture.run(), []);
});

test("roles get by their weights, agent by agent", async () => {
  const fixture = new Fixture({ weights: new Map([["gold", 3]]) });
  fixture.framework("f1", ["gold"]);
  fixture.framework("f2", ["tin"]);
  for (let i = 0; i < 40; i++) fixture.agent(`S${i}`, "cpus:1;mem:100");
  await fixture.run();
  const count = (role: string) => fixture.given.filter(({ allocation }) => allocation.role === role).length;
  assert.deepEqual([count("gold"), count("tin")], [30, 10]);
});

test("frameworks of a role share it evenly, also one that has two roles", async () => {
  const fixture = new Fixture();
  fixture.framework("f1", ["a"]);
  fixture.framework("f2", ["a", "b"]);
  for (let i = 0; i < 40; i++) fixture.agent(`S${i}`, "cpus:1");
  await fixture.run();
  const count = (id: string, role: string) =>
    fixture.given.filter(({ frameworkId, allocation }) => frameworkId === id && allocation.role === role).length;
  assert.deepEqual([count("f1", "a"), count("f2", "a"), count("f2", "b")], [10, 10, 20]);
});

test("what tasks use counts for the share", async () => {
  const fixture = new Fixture();
  const f1 = fixture.framework("f1", ["a"]);
  fixture.framework("f2", ["b"]);
  const used = new Map([[f1, bag("cpus:3").allocate("a")]]);
  fixture.allocator.addAgent(
    "S0" as AgentId,
    create(AgentInfoSchema, { hostname: "h" }),
    ALL_CAPABILITIES,
    bag("cpus:4"),
    used,
  );
  assert.deepEqual(await fixture.run(), ["f2/b@S0: cpus:1"]);
});

test("reserved resources go to their role, and to roles below it", async () => {
  const fixture = new Fixture();
  const f1 = fixture.framework("f1", ["eng/web"]);
  const f2 = fixture.framework("f2", ["ops"]);
  fixture.agent("S0", "cpus(eng):2;mem(ops):64;disk:10");
  const given = await fixture.run();
  assert.deepEqual(given.length, 2);
  const names = (id: FrameworkId) => [
    ...fixture.given.find(({ frameworkId }) => frameworkId === id)!.allocation.resources.names(),
  ];
  assert.equal(names(f1).includes("cpus"), true);
  assert.equal(names(f1).includes("mem"), false);
  assert.equal(names(f2).includes("mem"), true);
  assert.equal(names(f2).includes("cpus"), false);
});

test("too little is not offered", async () => {
  const rules = {
    filterGpuResources: true,
    domain: undefined,
    minAllocatableResources: [new Map([["cpus", 10]]), new Map([["mem", 32_000]])],
  };
  const fixture = new Fixture({ rules });
  fixture.framework("f1", ["web"]);
  fixture.agent("S0", "cpus:0.009;mem:31");
  fixture.agent("S1", "cpus:0.01");
  fixture.agent("S2", "mem:32");
  assert.deepEqual((await fixture.run()).sort(), ["f1/web@S1: cpus:0.01", "f1/web@S2: mem:32"]);
});

test("a framework may say itself what is too little, by role", async () => {
  const fixture = new Fixture();
  fixture.framework("f1", ["web"], {
    offerFilters: {
      web: { minAllocatableResources: { quantities: [{ quantities: { cpus: { value: 2 }, mem: { value: 1 } } }] } },
    },
  });
  fixture.agent("S0", "cpus:2");
  fixture.agent("S1", "cpus:2;mem:1");
  assert.deepEqual(await fixture.run(), ["f1/web@S1: cpus:2; mem:1"]);
});

test("GPUs, remote regions and refined reservations only for those who understand them", async () => {
  const domain = (name: string) => ({ faultDomain: { region: { name }, zone: { name: "z" } } });
  const home = create(AgentInfoSchema, { hostname: "h", domain: domain("home") }).domain;
  const rules = { filterGpuResources: true, minAllocatableResources: [], domain: home };
  const fixture = new Fixture({ rules });
  const f1 = fixture.framework("f1", ["eng/web"]);
  fixture.agent("gpu", "cpus:1;gpus:1");
  fixture.agent("far", "cpus:1", { domain: domain("away") });
  fixture.agent("near", "cpus:1", { domain: domain("home") });
  assert.deepEqual(await fixture.run(), ["f1/eng/web@near: cpus:1"]);
  fixture.allocator.suppress(f1, []);
  const capabilities = [Capability.MULTI_ROLE, Capability.GPU_RESOURCES, Capability.REGION_AWARE];
  fixture.framework("f2", ["eng/web"], { capabilities: capabilities.map((type) => ({ type })) });
  assert.deepEqual((await fixture.run()).sort(), ["f2/eng/web@far: cpus:1", "f2/eng/web@gpu: cpus:1; gpus:1"]);
});

test("revocable resources only with REVOCABLE_RESOURCES", async () => {
  const fixture = new Fixture();
  const [firm, revocable] = parseResources("cpus:1;mem:5");
  const total = Resources.of([firm!, replaceFields(revocable!, { revocable: create(Resource_RevocableInfoSchema) })]);
  const add = (id: string) =>
    fixture.allocator.addAgent(
      id as AgentId,
      create(AgentInfoSchema, { hostname: id }),
      ALL_CAPABILITIES,
      total,
      new Map(),
    );
  const f1 = fixture.framework("f1", ["web"]);
  add("S0");
  assert.deepEqual(await fixture.run(), ["f1/web@S0: cpus:1"]);
  fixture.allocator.removeFramework(f1);
  const capabilities = [Capability.MULTI_ROLE, Capability.REVOCABLE_RESOURCES].map((type) => ({ type }));
  fixture.framework("f2", ["web"], { capabilities });
  assert.deepEqual(await fixture.run(), ["f2/web@S0: cpus:1; mem{REV}:5"]);
});

test("agents that do not know roles are not for frameworks that have several", async () => {
  const fixture = new Fixture();
  fixture.framework("f1", ["web"]);
  fixture.framework("f2", [], { capabilities: [], role: "eng/web" });
  const info = create(AgentInfoSchema, { hostname: "old" });
  fixture.allocator.addAgent("old" as AgentId, info, [], bag("cpus:1"), new Map());
  assert.deepEqual(await fixture.run(), []);
  fixture.framework("f3", [], { capabilities: [], role: "plain" });
  assert.deepEqual(await fixture.run(), ["f3/plain@old: cpus:1"]);
});

test("inactive agents and frameworks get nothing", async () => {
  const fixture = new Fixture();
  const f1 = fixture.framework("f1", ["web"]);
  const agent = fixture.agent("S0", "cpus:1");
  fixture.allocator.deactivateAgent(agent);
  assert.deepEqual(await fixture.run(), []);
  fixture.allocator.deactivateFramework(f1);
  fixture.allocator.activateAgent(agent);
  assert.deepEqual(await fixture.run(), []);
  fixture.allocator.activateFramework(f1);
  assert.deepEqual(await fixture.run(), ["f1/web@S0: cpus:1"]);
});

test("an agent whose resources shrank below what is used offers nothing until that is free", async () => {
  const fixture = new Fixture();
  const f1 = fixture.framework("f1", ["web"]);
  const agent = fixture.agent("S0", "cpus:4");
  await fixture.run();
  fixture.allocator.updateAgent(
    agent,
    create(AgentInfoSchema, { hostname: "h" }),
    ALL_CAPABILITIES,
    bag("cpus:3"),
    false,
  );
  assert.deepEqual(await fixture.run(), []);
  fixture.allocator.recoverUsed(f1, agent, bag("cpus:2").allocate("web"));
  assert.deepEqual(await fixture.run(), ["f1/web@S0: cpus:1"]);
});

test("changed attributes void what was declined", async () => {
  const fixture = new Fixture();
  const f1 = fixture.framework("f1", ["web"]);
  const agent = fixture.agent("S0", "cpus:4");
  await fixture.run();
  fixture.decline(f1, 1_000);
  const info = create(AgentInfoSchema, { hostname: "h" });
  fixture.allocator.updateAgent(agent, info, ALL_CAPABILITIES, bag("cpus:4"), false);
  assert.deepEqual(await fixture.run(), []);
  fixture.allocator.updateAgent(agent, info, ALL_CAPABILITIES, bag("cpus:4"), true);
  assert.deepEqual(await fixture.run(), ["f1/web@S0: cpus:4"]);
});

test("a framework that left a role keeps what it has of it, and gives it back", async () => {
  const fixture = new Fixture();
  const f1 = fixture.framework("f1", ["web"]);
  const agent = fixture.agent("S0", "cpus:4;ports:[1-2]");
  await fixture.run();
  const info = create(FrameworkInfoSchema, {
    user: "u",
    name: "f1",
    roles: ["db"],
    capabilities: [{ type: Capability.MULTI_ROLE }],
  });
  fixture.allocator.recoverUsed(f1, agent, bag("cpus:4").allocate("web"));
  fixture.allocator.updateFramework(f1, info, new Set(), OfferConstraintsFilter.none);
  assert.deepEqual(await fixture.run(), ["f1/db@S0: cpus:4"]);
  assert.equal(fixture.allocator.activeFilters().has("web"), true, "it still has ports of it");
  fixture.allocator.recoverUsed(f1, agent, bag("ports:[1-2]").allocate("web"));
  assert.equal(fixture.allocator.activeFilters().has("web"), false);
});

test("stopping leaves no timers behind", async () => {
  const fixture = new Fixture();
  const f1 = fixture.framework("f1", ["web"]);
  fixture.agent("S0", "cpus:4");
  fixture.allocator.start();
  await fixture.run();
  fixture.decline(f1, 1_000);
  fixture.allocator.stop();
  assert.equal(fixture.clock.pending, 0);
});

test("whatever happens, every resource is free or belongs to one", async () => {
  const operation = fc.oneof(
    fc.record({ kind: fc.constantFrom("decline", "use", "free"), pick: fc.nat(), seconds: fc.nat(5) }),
    fc.record({ kind: fc.constantFrom("agent", "removeAgent", "framework", "removeFramework"), pick: fc.nat(5) }),
    fc.record({ kind: fc.constantFrom("suppress", "revive", "deactivate", "activate", "advance"), pick: fc.nat(5) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { maxLength: 60, size: "max" }), async (operations) => {
      const fixture = new Fixture();
      fixture.allocator.start();
      const { allocator } = fixture;
      const held: Given[] = [];
      const frameworks = new Set<FrameworkId>();
      const drop = (gone: (given: Given) => boolean) => {
        for (let i = held.length - 1; i >= 0; i--) if (gone(held[i]!)) held.splice(i, 1);
      };
      for (const step of operations) {
        const frameworkId = `f${step.pick}` as FrameworkId;
        const agentId = `S${step.pick}` as AgentId;
        const [given] = held.length > 0 ? held.splice(step.pick % held.length, 1) : [];
        if (given !== undefined && step.kind !== "decline" && step.kind !== "free") held.push(given);
        if (given !== undefined && (step.kind === "decline" || step.kind === "free")) {
          const { agentId: id, resources } = given.allocation;
          const filters = create(FiltersSchema, { refuseSeconds: "seconds" in step ? step.seconds : 0 });
          if (step.kind === "decline") allocator.recoverOffered(given.frameworkId, id, resources, filters);
          else allocator.recoverUsed(given.frameworkId, id, resources);
        }
        if (step.kind === "agent" && !allocator.agents.has(agentId)) fixture.agent(agentId, "cpus:2;mem:64;cpus(a):1");
        if (step.kind === "removeAgent" && allocator.agents.has(agentId)) {
          allocator.removeAgent(agentId);
          drop(({ allocation }) => allocation.agentId === agentId);
        }
        if (step.kind === "framework" && !frameworks.has(frameworkId)) {
          frameworks.add(fixture.framework(frameworkId, step.pick % 2 === 0 ? ["a", "b"] : ["a/x"]));
        }
        if (step.kind === "removeFramework" && frameworks.delete(frameworkId)) {
          allocator.removeFramework(frameworkId);
          drop((one) => one.frameworkId === frameworkId);
        }
        if (frameworks.has(frameworkId)) {
          if (step.kind === "suppress") allocator.suppress(frameworkId, []);
          if (step.kind === "revive") allocator.revive(frameworkId, []);
          if (step.kind === "deactivate") allocator.deactivateFramework(frameworkId);
          if (step.kind === "activate") allocator.activateFramework(frameworkId);
        }
        await fixture.run(step.kind === "advance" ? step.pick * 1_000 : 0);
        held.push(...fixture.given);
        for (const agent of allocator.agents.values()) {
          const mine = held.filter(({ allocation }) => allocation.agentId === agent.id);
          const sum = mine.reduce(
            (bags, { allocation }) => bags.plus(allocation.resources.unallocate()),
            Resources.none,
          );
          assert.ok(sum.equals(agent.allocatedTotal), `${agent.id}: ${sum} is held, ${agent.allocatedTotal} is booked`);
          assert.ok(agent.available.plus(sum).equals(agent.total));
        }
      }
    }),
    { numRuns: 60 },
  );
});
