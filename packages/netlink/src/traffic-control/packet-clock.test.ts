import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { NetlinkError } from "../errors.ts";
import { PacketClock } from "./packet-clock.ts";

// /proc/net/psched of Linux 6.18
const CLOCK = PacketClock.parse("000003e8 00000040 000f4240 3b9aca00\n");

test("a tick is 64 ns", () => {
  assert.equal(CLOCK.ticksPerMicrosecond, 15.625);
});

test("bursts become ticks as tc reckons them", () => {
  // the buffers that tc 6.1.0 sent for: tbf rate 1mbit burst 32kbit; htb rate 50mbit burst 64k, ceil 100mbit cburst 64k
  assert.equal(CLOCK.transmitTicks(4096, 125_000), 0x7d000);
  assert.equal(CLOCK.transmitTicks(65_536, 6_250_000), 0x27ff4);
  assert.equal(CLOCK.transmitTicks(65_536, 12_500_000), 0x13ff2);
});

test("a burst that takes too long is refused", () => {
  assert.throws(() => CLOCK.transmitTicks(0xffffffff, 1000), { code: "NETLINK_ARGUMENT_INVALID" });
});

test("any text is a clock or refused", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-f]{8} [0-9a-f]{8} [0-9a-f]{8}$/)), (text) => {
      try {
        assert.ok(PacketClock.parse(text).ticksPerMicrosecond > 0);
      } catch (error) {
        assert.ok(error instanceof NetlinkError);
        assert.equal(error.code, "NETLINK_ANSWER_INVALID");
      }
    }),
  );
});
