import { REGISTER_RETRY_MAX_MS, REGISTER_RETRY_MIN_MS } from "../limits.ts";

/** More doublings than it takes from any factor to the longest pause, and few enough for a number. */
const MAX_DOUBLINGS = 32;

/**
 * The pause before the n-th attempt (from 0) to register: random between 0 and `factorMs` × 2ⁿ, at most a minute, so that the agents of a
 * cluster do not come all at once when their master does. A factor of 0 means at once, but only for the first attempt. `random` is in [0, 1).
 *
 * Source: `Slave::doReliableRegistration` of Mesos.
 */
export function registrationPauseMs(factorMs: number, attempt: number, random: number): number {
  const factor = attempt === 0 ? factorMs : Math.max(factorMs, REGISTER_RETRY_MIN_MS);
  return random * Math.min(factor * 2 ** Math.min(attempt, MAX_DOUBLINGS), REGISTER_RETRY_MAX_MS);
}
