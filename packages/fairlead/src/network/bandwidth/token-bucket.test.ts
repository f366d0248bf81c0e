import assert from "node:assert/strict";
import { test } from "node:test";
import { PacketClock } from "@fairlead/netlink";
import { tokenBucket } from "./token-bucket.ts";

const CLOCK = new PacketClock(15.625);

/** What the reference plugin 1.1.1 sent to the kernel (`strace -e trace=sendto -e write=all bandwidth`). */
test("the numbers of the reference plugin", () => {
  assert.deepEqual(tokenBucket({ rateBitsPerSecond: 8_000_000, burstBits: 800_000 }, CLOCK), {
    rateBytesPerSecond: 1_000_000,
    bufferTicks: 0x17d784,
    limitBytes: 0x1e848,
  });
  assert.deepEqual(tokenBucket({ rateBitsPerSecond: 40_000_000_000, burstBits: 8_000_000 }, CLOCK), {
    rateBytesPerSecond: 5_000_000_000,
    bufferTicks: 0xc35,
    limitBytes: 0x7829b80,
  });
});

test("a time that the clock cannot count wraps", () => {
  const long = tokenBucket({ rateBitsPerSecond: 8000, burstBits: 8 * 1_000_000 }, CLOCK);
  assert.equal(long.bufferTicks, (1_000_000_000 * 15.625) % 2 ** 32);
});

test("a rate of less than a byte is none", () => {
  assert.throws(() => tokenBucket({ rateBitsPerSecond: 7, burstBits: 800 }, CLOCK), {
    pluginCode: 999,
    message: "create qdisc: invalid argument",
  });
});
