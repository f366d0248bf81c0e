import { MesosApiError } from "./errors.ts";

const NANOSECONDS_PER_MILLISECOND = 1_000_000;

/** Mesos's units, smallest first, in nanoseconds. */
const UNITS = [
  ["ns", 1],
  ["us", 1_000],
  ["ms", 1_000_000],
  ["secs", 1_000_000_000],
  ["mins", 60_000_000_000],
  ["hrs", 3_600_000_000_000],
  ["days", 86_400_000_000_000],
  ["weeks", 604_800_000_000_000],
] as const;

/** Mesos counts nanoseconds in 64 bits with a sign: about 292 years. */
const MAX_NANOSECONDS = 2 ** 63;

const OUT_OF_RANGE = "Argument out of the range that a Duration can represent due to int64_t's size limit";

/** A text or number that is no duration; the message holds Mesos's words. */
export class DurationError extends MesosApiError {
  override readonly name = "DurationError";

  constructor(message: string) {
    super("DURATION_INVALID", message);
  }
}

/**
 * Parses Mesos's duration text, such as `5secs`, `1.5mins` or `15mins`, to milliseconds (whole nanoseconds; finer is cut off).
 *
 * A number without sign is followed, without a space, by one of ns, us, ms, secs, mins, hrs, days, weeks. Throws {@link DurationError}.
 *
 * Source: `Duration::parse` in Mesos's `stout/duration.hpp`.
 */
export function parseDuration(text: string): number {
  const digits = /^[0-9.]*/.exec(text)?.[0] ?? "";
  const unit = text.slice(digits.length);
  if (unit === "") {
    throw new DurationError(`Invalid duration '${text}'`);
  }
  if (!/^([0-9]+\.?[0-9]*|\.[0-9]+)$/.test(digits)) {
    throw new DurationError(`Failed to convert '${digits}' to number`);
  }
  const factor = UNITS.find(([name]) => name === unit)?.[1];
  if (factor === undefined) {
    throw new DurationError(
      `Unknown duration unit '${unit}'; supported units are 'ns', 'us', 'ms', 'secs', 'mins', 'hrs', 'days', and 'weeks'`,
    );
  }
  const nanoseconds = Number(digits) * factor;
  if (nanoseconds >= MAX_NANOSECONDS) {
    throw new DurationError(OUT_OF_RANGE);
  }
  return Math.trunc(nanoseconds) / NANOSECONDS_PER_MILLISECOND;
}

/**
 * Mesos's text of a duration in milliseconds: the largest unit not above it, or the next smaller one where only that is whole.
 *
 * 5000 is `5secs`, 90000 is `90secs`, 900000 is `15mins`, 1.5 is `1500us`.
 */
export function formatDuration(ms: number): string {
  if (ms < 0) {
    return `-${formatDuration(-ms)}`;
  }
  const nanoseconds = msToNanoseconds(ms);
  const largest = UNITS.findLastIndex(([, factor]) => nanoseconds >= factor);
  const [name, factor] = UNITS[largest] ?? UNITS[0];
  const smaller = UNITS[largest - 1];
  const isWhole = (divisor: number) => nanoseconds % BigInt(divisor) === 0n;
  if (smaller !== undefined && !isWhole(factor) && isWhole(smaller[1])) {
    return `${nanoseconds / BigInt(smaller[1])}${smaller[0]}`;
  }
  return `${Number((Number(nanoseconds) / factor).toPrecision(15))}${name}`;
}

/**
 * Seconds, as in `FrameworkInfo.failover_timeout`, to milliseconds.
 *
 * Throws {@link DurationError} where Mesos could not count them.
 */
export function durationFromSeconds(seconds: number): number {
  if (!(Math.abs(seconds * 1e9) < MAX_NANOSECONDS)) {
    throw new DurationError(OUT_OF_RANGE);
  }
  return seconds * 1000;
}

/** Milliseconds to the nanoseconds of a TimeInfo or DurationInfo. */
export function msToNanoseconds(ms: number): bigint {
  const whole = Math.trunc(ms);
  return BigInt(whole) * 1_000_000n + BigInt(Math.round((ms - whole) * NANOSECONDS_PER_MILLISECOND));
}

/** The nanoseconds of a TimeInfo or DurationInfo to milliseconds. */
export function nanosecondsToMs(nanoseconds: bigint): number {
  return Number(nanoseconds / 1_000_000n) + Number(nanoseconds % 1_000_000n) / NANOSECONDS_PER_MILLISECOND;
}
