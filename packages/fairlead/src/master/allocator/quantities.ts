import { type Resources, Value_Type } from "@fairlead/mesos-api";

/** Amounts by resource name, in thousandths: the precision that Mesos knows, as integers, so that sums are exact. */
export type Quantities = ReadonlyMap<string, number>;

/** The scalar amounts of a bag, over all roles and reservations. */
export function scalarQuantities(resources: Resources): Quantities {
  const quantities = new Map<string, number>();
  for (const { name, type, scalar } of resources.toArray()) {
    if (type !== Value_Type.SCALAR) continue;
    quantities.set(name, (quantities.get(name) ?? 0) + Math.round((scalar?.value ?? 0) * 1000));
  }
  return quantities;
}

/** Adds `sign` times `change` to `sum`, in place. */
export function accumulate(sum: Map<string, number>, change: Quantities, sign: 1 | -1): void {
  for (const [name, amount] of change) {
    const total = (sum.get(name) ?? 0) + sign * amount;
    if (total === 0) sum.delete(name);
    else sum.set(name, total);
  }
}
