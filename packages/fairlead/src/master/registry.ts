import {
  type AgentId,
  type AgentInfo,
  AgentInfoSchema,
  create,
  fromBinary,
  msToNanoseconds,
  nanosecondsToMs,
  TimeInfoSchema,
  toBinary,
} from "@fairlead/mesos-api";
import type { Clock } from "../base/clock.ts";
import type { Store, StoreWrite } from "../base/store/store.ts";
import { REGISTRY_MAX_UNREACHABLE_AGE_MS, REGISTRY_MAX_UNREACHABLE_AGENTS } from "./limits.ts";

/** AgentInfo by agent id: the agents that belong to the cluster. */
const ADMITTED = "admitted";

/** TimeInfo by agent id: when agents were lost. */
const UNREACHABLE = "unreachable";

/**
 * Which agents exist: the one thing that a master must not forget. Everything else the agents tell again.
 *
 * Every change is on disk when its promise resolves; until then the master acts as if it had not happened. Changes are made in the order of the
 * calls. Errors: STORE_FAILED, and nothing has changed.
 */
export class Registry {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #onStored: (durationMs: number) => void;
  readonly #sizes = new Map<string, number>();
  readonly #unreachable = new Map<AgentId, number>();
  #pending = 0;

  private constructor(store: Store, clock: Clock, onStored: (durationMs: number) => void) {
    this.#store = store;
    this.#clock = clock;
    this.#onStored = onStored;
  }

  /** Reads the registry; returns with it the agents that were admitted when the last master ended. */
  static async open(
    store: Store,
    clock: Clock,
    onStored: (durationMs: number) => void = () => {},
  ): Promise<{ registry: Registry; admitted: Map<AgentId, AgentInfo> }> {
    const registry = new Registry(store, clock, onStored);
    const admitted = new Map<AgentId, AgentInfo>();
    for (const { key, value } of await store.list(ADMITTED)) {
      // Only ids that were validated are stored.
      admitted.set(key as AgentId, fromBinary(AgentInfoSchema, value));
      registry.#sizes.set(`${ADMITTED}/${key}`, value.length);
    }
    for (const { key, value } of await store.list(UNREACHABLE)) {
      registry.#unreachable.set(key as AgentId, nanosecondsToMs(fromBinary(TimeInfoSchema, value).nanoseconds));
      registry.#sizes.set(`${UNREACHABLE}/${key}`, value.length);
    }
    return { registry, admitted };
  }

  /** When agents were lost, in milliseconds since the epoch. */
  get unreachable(): ReadonlyMap<AgentId, number> {
    return this.#unreachable;
  }

  /** Writes that are not on disk yet. */
  get pending(): number {
    return this.#pending;
  }

  /** The bytes that the registry takes, without the store's own overhead. */
  get sizeBytes(): number {
    let size = 0;
    for (const bytes of this.#sizes.values()) size += bytes;
    return size;
  }

  /** Adds an agent, or replaces what is known of it; it is not unreachable any more. */
  async admit(agentId: AgentId, info: AgentInfo): Promise<void> {
    await this.#apply([
      { bucket: ADMITTED, key: agentId, value: toBinary(AgentInfoSchema, info) },
      { bucket: UNREACHABLE, key: agentId, value: undefined },
    ]);
    this.#unreachable.delete(agentId);
  }

  /** Moves an agent to the unreachable ones. The oldest of those are forgotten when there are too many. */
  async markUnreachable(agentId: AgentId, timeMs: number): Promise<void> {
    const time = create(TimeInfoSchema, { nanoseconds: msToNanoseconds(timeMs) });
    await this.#apply([
      { bucket: ADMITTED, key: agentId, value: undefined },
      { bucket: UNREACHABLE, key: agentId, value: toBinary(TimeInfoSchema, time) },
    ]);
    this.#unreachable.set(agentId, timeMs);
  }

  /** Forgets an agent that has left. */
  async remove(agentId: AgentId): Promise<void> {
    await this.#apply([{ bucket: ADMITTED, key: agentId, value: undefined }]);
  }

  /** Forgets agents that have been unreachable for too long, and the oldest where there are too many. Returns them. */
  async forgetOld(nowMs: number): Promise<readonly AgentId[]> {
    const byAge = [...this.#unreachable].sort(([, left], [, right]) => left - right);
    const excess = byAge.length - REGISTRY_MAX_UNREACHABLE_AGENTS;
    const old = byAge
      .filter(([, timeMs], index) => index < excess || nowMs - timeMs > REGISTRY_MAX_UNREACHABLE_AGE_MS)
      .map(([agentId]) => agentId);
    if (old.length === 0) return [];
    await this.#apply(old.map((key) => ({ bucket: UNREACHABLE, key, value: undefined })));
    for (const agentId of old) this.#unreachable.delete(agentId);
    return old;
  }

  async #apply(writes: readonly StoreWrite[]): Promise<void> {
    const beginMs = this.#clock.monotonic();
    this.#pending++;
    try {
      await this.#store.apply(writes);
    } finally {
      this.#pending--;
    }
    for (const { bucket, key, value } of writes) {
      if (value === undefined) this.#sizes.delete(`${bucket}/${key}`);
      else this.#sizes.set(`${bucket}/${key}`, value.length);
    }
    this.#onStored(this.#clock.monotonic() - beginMs);
  }
}
