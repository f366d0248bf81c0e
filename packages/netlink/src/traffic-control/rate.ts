import type { AttributeWriter } from "../message/attribute-writer.ts";
import { requireInteger } from "../rtnetlink/argument.ts";

export const RATE_BYTES = 12;
const MAX_32_BITS = 0xffffffff;
const LINK_LAYER_ETHERNET = 1;

/**
 * `struct tc_ratespec`: a rate in bytes a second. One that 32 bits do not hold stands there as the largest, and whole in {@link writeRate64}.
 *
 * Ethernet as the link layer says that the kernel shall compute times itself: it has wanted no table of them since 3.8. Source: `include/uapi/linux/pkt_sched.h`;
 * `psched_ratecfg_precompute` in `net/sched/sch_generic.c`. Errors: NETLINK_ARGUMENT_INVALID.
 */
export function rateSpec(bytesPerSecond: number): Buffer {
  requireInteger("a rate in bytes a second", bytesPerSecond, 1, Number.MAX_SAFE_INTEGER);
  const spec = Buffer.alloc(RATE_BYTES);
  spec.writeUInt8(LINK_LAYER_ETHERNET, 1);
  spec.writeUInt32LE(Math.min(bytesPerSecond, MAX_32_BITS), 8);
  return spec;
}

/** Writes the attribute for a rate that 32 bits do not hold; nothing for others. */
export function writeRate64(writer: AttributeWriter, type: number, bytesPerSecond: number): void {
  if (bytesPerSecond > MAX_32_BITS) writer.u64(type, BigInt(bytesPerSecond));
}

/** Reads the rate of a `struct tc_ratespec`. */
export function readRate(spec: Buffer): number {
  return spec.readUInt32LE(8);
}
