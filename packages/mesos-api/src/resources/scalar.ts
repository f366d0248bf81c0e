/**
 * Scalars are counted in thousandths, so that sums of decimals come out the same for everybody.
 *
 * Source: `convertToFixed` and `convertToFloating` in Mesos's `src/common/values.cpp`.
 */
export function toThousandths(value: number): number {
  // halves are rounded away from zero, which Math.round does for positive numbers only
  return Math.sign(value) * Math.round(Math.abs(value) * 1000);
}

export function fromThousandths(thousandths: number): number {
  const rest = thousandths % 1000;
  // two exact numbers are added, so that the result is the double nearest to the decimal
  return (thousandths - rest) / 1000 + rest / 1000;
}

/** Whether the thousandths of a value are counted exactly. */
export function isCountable(value: number): boolean {
  return Number.isSafeInteger(toThousandths(value));
}

/** A scalar as Mesos prints it. */
export function formatScalar(value: number): string {
  return String(fromThousandths(toThousandths(value)));
}
