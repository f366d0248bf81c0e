/** The smallest normal double: below it lies what Mesos calls subnormal. */
const MIN_NORMAL = 2 ** -1022;

/** Why a number cannot be an amount that somebody asks for, in Mesos's words; undefined when it can. */
export function validateInputScalar(value: number): string | undefined {
  if (Number.isNaN(value)) return "NaN not supported";
  if (!Number.isFinite(value)) return "Infinite values not supported";
  if (value !== 0 && Math.abs(value) < MIN_NORMAL) return "Subnormal values not supported";
  if (value < 0) return "Negative values not supported";
  return undefined;
}
