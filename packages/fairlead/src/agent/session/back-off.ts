import { REGISTER_RETRY_MAX_MS } from "../limits.ts";

/**
 * The pause before the n-th attempt (from 0) to register: random between 0 and `factorMs` × 2ⁿ, at most a minute, so that the agents of a
 * cluster do not come all at once when their master does. `random` is in [0, 1).
 *
 * Source: `Slave::doReliableRegistration` of Mesos.
 */
export function registrationPauseMs(factorMs: number, attempt: number, random: number): number {
  return random * Math.min(factorMs * 2 ** attempt, REGISTER_RETRY_MAX_MS);
}
