import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCidr } from "@fairlead/cni";
import type { ProgramResult } from "../firewall-table/run-program.ts";
import { Firewalld } from "./firewalld.ts";

const ip = (text: string) => parseCidr(text) ?? assert.fail(text);

function firewalldThat(answer: Partial<ProgramResult> | undefined, hasBus = true) {
  const runs: string[] = [];
  const firewalld = new Firewalld(
    (file, args) => {
      runs.push([file, ...args].join(" "));
      return answer && { status: 0, stdout: "", stderr: "", ...answer };
    },
    () => hasBus,
  );
  return { firewalld, runs };
}

test("it runs when the bus says so; nobody is asked where there is no bus", () => {
  const running = firewalldThat({ stdout: "method return time=1.2 sender=org.freedesktop.DBus\n   boolean true\n" });
  assert.ok(running.firewalld.isRunning());
  assert.deepEqual(running.runs, [
    "dbus-send --system --print-reply --dest=org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus.NameHasOwner string:org.fedoraproject.FirewallD1",
  ]);
  assert.ok(!firewalldThat({ stdout: "   boolean false\n" }).firewalld.isRunning());
  assert.ok(!firewalldThat(undefined).firewalld.isRunning());
  assert.ok(!firewalldThat({ status: 1, stderr: "Failed to open connection" }).firewalld.isRunning());
  const without = firewalldThat({}, false);
  assert.ok(!without.firewalld.isRunning());
  assert.deepEqual(without.runs, []);
});

test("addresses go into zones as prefixes of one address, and out", () => {
  const { firewalld, runs } = firewalldThat({ stdout: "   boolean true\n" });
  firewalld.addSource("trusted", ip("10.1.0.2/16"));
  firewalld.removeSource("trusted", ip("fd00::2/64"));
  assert.ok(firewalld.hasSource("trusted", ip("10.1.0.2/16")));
  const prefix =
    "dbus-send --system --print-reply --dest=org.fedoraproject.FirewallD1 /org/fedoraproject/FirewallD1 org.fedoraproject.FirewallD1.zone";
  assert.deepEqual(runs, [
    `${prefix}.addSource string:trusted string:10.1.0.2/32`,
    `${prefix}.removeSource string:trusted string:fd00::2/128`,
    `${prefix}.querySource string:trusted string:10.1.0.2/32`,
  ]);
});

test("an address that is in the zone is fine, another failure is none", () => {
  const there = { status: 1, stderr: "Error org.fedoraproject.FirewallD1.Exception: ZONE_ALREADY_SET: '10.1.0.2/32'" };
  firewalldThat(there).firewalld.addSource("trusted", ip("10.1.0.2/16"));
  const failing = firewalldThat({ status: 1, stderr: "Error org.fedoraproject.FirewallD1.Exception: INVALID_ZONE: x" });
  assert.throws(() => failing.firewalld.addSource("x", ip("10.1.0.2/16")), {
    pluginCode: 999,
    message: /10\.1\.0\.2\/32 to x.*INVALID_ZONE/,
  });
  failing.firewalld.removeSource("x", ip("10.1.0.2/16"));
  assert.ok(!failing.firewalld.hasSource("x", ip("10.1.0.2/16")));
  assert.throws(() => firewalldThat(undefined).firewalld.addSource("x", ip("10.1.0.2/16")), {
    message: /not installed/,
  });
});
