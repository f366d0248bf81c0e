import { readFileSync } from "node:fs";
import { NetlinkError } from "../errors.ts";
import { requireUint32 } from "../rtnetlink/argument.ts";

const PATH = "/proc/net/psched";
const MICROSECONDS_PER_SECOND = 1_000_000;

/**
 * The clock that the kernel's packet scheduler tells time by. Bursts go to it as the time that they take.
 *
 * Source: `/proc/net/psched`, which `net/sched/sch_api.c` writes as four hexadecimal numbers.
 */
export class PacketClock {
  /** How many ticks a microsecond has; 15.625 on every kernel since 2.6.31. */
  readonly ticksPerMicrosecond: number;

  constructor(ticksPerMicrosecond: number) {
    this.ticksPerMicrosecond = ticksPerMicrosecond;
  }

  /** Reads that of this kernel. Errors: NETLINK_ANSWER_INVALID; Node's own for files. */
  static read(): PacketClock {
    return PacketClock.parse(readFileSync(PATH, "latin1"));
  }

  /** Errors: NETLINK_ANSWER_INVALID. */
  static parse(text: string): PacketClock {
    const [nanosecondsPerMicrosecond, nanosecondsPerTick, resolution] = text.trim().split(/\s+/).map(parseHex);
    if (!nanosecondsPerMicrosecond || !nanosecondsPerTick || !resolution) {
      throw new NetlinkError("NETLINK_ANSWER_INVALID", `${PATH} holds ${JSON.stringify(text)}`);
    }
    const perMicrosecond = (nanosecondsPerMicrosecond / nanosecondsPerTick) * (resolution / MICROSECONDS_PER_SECOND);
    return new PacketClock(perMicrosecond);
  }

  /**
   * Ticks that sending some bytes takes at a rate, as tc(8) counts: rounded down to microseconds, then to ticks.
   *
   * Errors: NETLINK_ARGUMENT_INVALID where they do not fit 32 bits: a burst of more than about 275 seconds.
   */
  transmitTicks(sizeBytes: number, rateBytesPerSecond: number): number {
    const microseconds = Math.floor((sizeBytes * MICROSECONDS_PER_SECOND) / rateBytesPerSecond);
    const ticks = Math.floor(microseconds * this.ticksPerMicrosecond);
    requireUint32(`the ticks of ${sizeBytes} bytes at ${rateBytesPerSecond} bytes a second`, ticks);
    return ticks;
  }
}

function parseHex(text: string): number {
  return /^[0-9a-f]{1,8}$/i.test(text) ? Number.parseInt(text, 16) : 0;
}
