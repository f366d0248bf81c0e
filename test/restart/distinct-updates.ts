import type { TaskStatus } from "@fairlead/mesos-api";

/** Hexadecimal; empty for what the master says on its own. */
export function uuidOf({ uuid }: TaskStatus): string {
  return Buffer.from(uuid).toString("hex");
}

/** Each update once, in the order in which they came first: one that was not acknowledged comes again. */
export function distinct(updates: readonly TaskStatus[]): TaskStatus[] {
  return [...new Map(updates.map((status) => [uuidOf(status), status])).values()];
}
