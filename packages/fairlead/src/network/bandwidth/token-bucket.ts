import type { PacketClock, Tbf } from "@fairlead/netlink";
import { failure } from "../plugin/plugin-error.ts";
import type { Shape } from "./config.ts";

/** How long a packet may wait for its turn. */
const LATENCY_MICROSECONDS = 25_000;
const MICROSECONDS_PER_SECOND = 1_000_000;
const BITS_PER_BYTE = 8;

/**
 * The token bucket that the reference plugin makes for a shape, bit for bit: its CHECK compares them.
 *
 * So numbers wrap at 32 bits as its own do, where a burst takes longer than the kernel's clock can count (275 s). Errors: code 999 for a rate of less
 * than a byte a second.
 */
export function tokenBucket({ rateBitsPerSecond, burstBits }: Shape, clock: PacketClock): Tbf {
  const rate = Math.floor(rateBitsPerSecond / BITS_PER_BYTE);
  if (rate === 0) throw failure("create qdisc: invalid argument");
  const burst = Math.floor(burstBits / BITS_PER_BYTE);
  const burstMicroseconds = toUint32((burst * MICROSECONDS_PER_SECOND) / rate);
  const waitingBytes = toUint32((rate * LATENCY_MICROSECONDS) / MICROSECONDS_PER_SECOND);
  return {
    rateBytesPerSecond: rate,
    bufferTicks: toUint32(burstMicroseconds * clock.ticksPerMicrosecond),
    limitBytes: toUint32(waitingBytes + burst),
  };
}

/** The integer part modulo 2^32. */
function toUint32(value: number): number {
  return Number(BigInt.asUintN(32, BigInt(Math.trunc(value))));
}
