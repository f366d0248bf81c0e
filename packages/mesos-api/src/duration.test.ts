import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { durationFromSeconds, formatDuration, msToNanoseconds, nanosecondsToMs, parseDuration } from "./duration.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

test("every unit, whole and with decimals", () => {
  const texts: [string, number][] = [
    ["5secs", 5 * SECOND],
    ["15mins", 15 * MINUTE],
    ["1.5mins", 90 * SECOND],
    [".5hrs", 30 * MINUTE],
    ["1.days", DAY],
    ["2weeks", 2 * WEEK],
    ["250ms", 250],
    ["3us", 0.003],
    ["7ns", 0.000007],
    ["0secs", 0],
    ["0.5ns", 0],
  ];
  for (const [text, ms] of texts) {
    assert.equal(parseDuration(text), ms, text);
  }
});

test("other texts are refused in Mesos's words", () => {
  const units = "supported units are 'ns', 'us', 'ms', 'secs', 'mins', 'hrs', 'days', and 'weeks'";
  const refused: [string, string][] = [
    ["", "Invalid duration ''"],
    ["5", "Invalid duration '5'"],
    ["secs", "Failed to convert '' to number"],
    ["-5secs", "Failed to convert '' to number"],
    ["1.2.3secs", "Failed to convert '1.2.3' to number"],
    [".secs", "Failed to convert '.' to number"],
    ["5 secs", `Unknown duration unit ' secs'; ${units}`],
    ["5s", `Unknown duration unit 's'; ${units}`],
    ["16000weeks", "Argument out of the range that a Duration can represent due to int64_t's size limit"],
  ];
  for (const [text, message] of refused) {
    assert.throws(() => parseDuration(text), { name: "DurationError", message });
  }
});

test("formatted with the largest unit that reads well, as Mesos does", () => {
  const texts: [number, string][] = [
    [0, "0ns"],
    [0.0015, "1500ns"],
    [1.5, "1500us"],
    [1.500001, "1.500001ms"],
    [5 * SECOND, "5secs"],
    [90 * SECOND, "90secs"],
    [15 * MINUTE, "15mins"],
    [90 * MINUTE, "90mins"],
    [36 * HOUR, "36hrs"],
    [10 * DAY, "10days"],
    [14 * DAY, "2weeks"],
    [HOUR + 1, "1.00000027777778hrs"],
    [-5 * SECOND, "-5secs"],
  ];
  for (const [ms, text] of texts) {
    assert.equal(formatDuration(ms), text);
  }
});

test("whole milliseconds survive format and parse", () => {
  const ms = fc.oneof(
    fc.integer({ min: 0, max: 1000 }),
    fc.integer({ min: 0, max: 100_000 }).map((s) => s * SECOND),
  );
  fc.assert(fc.property(ms, (value) => assert.ok(Math.abs(parseDuration(formatDuration(value)) - value) < 0.001)));
});

test("seconds and nanoseconds", () => {
  assert.equal(durationFromSeconds(0.25), 250);
  assert.throws(() => durationFromSeconds(1e10), /^DurationError: Argument out of the range/);
  assert.throws(() => durationFromSeconds(Number.NaN), /out of the range/);
  assert.equal(msToNanoseconds(1_700_000_000_123.5), 1_700_000_000_123_500_000n);
  assert.equal(nanosecondsToMs(1_700_000_000_123_456_789n), 1_700_000_000_123.4568);
  fc.assert(fc.property(fc.integer(), (ms) => assert.equal(nanosecondsToMs(msToNanoseconds(ms)), ms)));
});
