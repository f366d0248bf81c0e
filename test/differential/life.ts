import type { JsonObject, RuntimeConf } from "@fairlead/cni";
import { reach } from "./reach.ts";
import { mappingsOf, runtimeConf, type Scenario } from "./scenario.ts";
import { given, type Side, type VerbAnswer } from "./verbs.ts";
import type { World } from "./world.ts";

/** Containers of one network in one world, with what their ADDs gave. */
export class Life {
  readonly world: World;
  readonly #scenario: Scenario;
  readonly #adder: Side;
  readonly #deleter: Side;
  readonly #results = new Map<string, JsonObject>();

  constructor(world: World, scenario: Scenario, adder: Side, deleter: Side) {
    this.world = world;
    this.#scenario = scenario;
    this.#adder = adder;
    this.#deleter = deleter;
  }

  async add(containerId: string): Promise<JsonObject> {
    if (!this.world.containerIds.includes(containerId)) await this.world.makeContainer(containerId);
    const { config } = this.#scenario;
    const conf = this.#conf(containerId);
    const result = given(await this.world.call({ side: this.#adder, verb: "ADD", config, conf }));
    this.#results.set(containerId, result);
    return result;
  }

  async del(containerId: string, changed: Partial<RuntimeConf> = {}): Promise<void> {
    const { config } = this.#scenario;
    const conf = { ...this.#conf(containerId), ...changed };
    const call = {
      side: this.#deleter,
      verb: "DEL",
      config,
      conf,
      prevResult: this.#results.get(containerId),
    } as const;
    const answer = await this.world.call(call);
    // The reference reports once that it misses its chain for masquerading, which the built-in has no use for; link and address are free by then.
    const isChainMissed = "failed" in answer && /Chain 'CNI-[0-9a-f]+' does not exist/.test(answer.message);
    const isCrossed = this.#adder === "built-in" && this.#deleter === "reference";
    given(isCrossed && isChainMissed ? await this.world.call(call) : answer, true);
  }

  /** By whoever has added it. */
  async check(containerId: string): Promise<VerbAnswer> {
    const { config } = this.#scenario;
    const prevResult = this.#results.get(containerId);
    if (prevResult === undefined) throw new Error(`bug: ${containerId} was not added`);
    const conf = this.#conf(containerId);
    return await this.world.call({ side: this.#adder, verb: "CHECK", config, conf, prevResult });
  }

  /** GC, which only the built-in plugins have: the reference plugins of 1.1.1 do not know its version. */
  async collect(containerIds: readonly string[]): Promise<void> {
    const config = { ...this.#scenario.config, cniVersion: "1.1.0" };
    const { ifName } = this.#conf("c1");
    const valid = containerIds.map((containerId) => ({ containerId, ifName }));
    given(await this.world.call({ side: "built-in", verb: "GC", config, valid }));
  }

  async reached(...containerIds: readonly string[]): Promise<Record<string, string>> {
    const results = new Map([...this.#results].filter(([id]) => containerIds.includes(id)));
    return await reach(this.world, { results, portMappings: mappingsOf(this.#scenario, containerIds) });
  }

  #conf(containerId: string): RuntimeConf {
    return runtimeConf(this.#scenario, this.world.pin(containerId), containerId);
  }
}
