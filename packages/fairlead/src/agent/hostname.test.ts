import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../base/virtual-clock.ts";
import { lookupHostname } from "./hostname.ts";

test("the name of the address, or the address", async () => {
  const clock = new VirtualClock();
  assert.equal(await lookupHostname("192.0.2.1", clock, async () => "a.example"), "a.example");
  assert.equal(await lookupHostname("192.0.2.1", clock, () => Promise.reject(new Error("no such name"))), "192.0.2.1");
});

test("a name service that does not answer is not waited for", async () => {
  const clock = new VirtualClock();
  const name = lookupHostname("192.0.2.1", clock, () => new Promise(() => {}));
  await clock.advance(5_000);
  assert.equal(await name, "192.0.2.1");
  assert.equal(clock.pending, 0);
});
