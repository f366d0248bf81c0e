import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "@fairlead/cni";
import { DRIVERS, Drivers } from "./builtin-drivers.ts";
import { inHostLikeNamespaces } from "./host-like.ts";

inHostLikeNamespaces(import.meta.filename);

const config = (more: JsonObject = {}): JsonObject => ({ cniVersion: "1.0.0", name: "lo", type: "loopback", ...more });

test("ADD, CHECK and DEL as by the reference", async (t) => {
  const drivers = new Drivers(t);
  for (const driver of DRIVERS) {
    drivers.containers(driver);
    drivers.inside(driver, "ip", "link", "set", "lo", "down");
    assert.deepEqual(await drivers.call(driver, "ADD", driver, config()), {
      cniVersion: "1.0.0",
      interfaces: [{ name: "lo", mac: "00:00:00:00:00:00", sandbox: drivers.netns(driver) }],
      ips: [
        { interface: 0, address: "127.0.0.1/8" },
        { interface: 0, address: "::1/128" },
      ],
      // the reference writes it although it is empty
      ...(driver === "reference" ? { dns: {} } : {}),
    });
    assert.equal(drivers.pings(driver, "127.0.0.1"), true);
    await drivers.call(driver, "CHECK", driver, config());
    await drivers.call(driver, "DEL", driver, config());
    assert.match(drivers.inside(driver, "ip", "link", "show", "lo"), /state DOWN/);
    assert.deepEqual(await drivers.refusal(driver, "CHECK", driver, config()), {
      code: 999,
      message: "loopback interface is down",
    });
    await drivers.call(driver, "DEL", driver, config());
    drivers.removeContainer(driver);
    await drivers.call(driver, "DEL", driver, config());
    await drivers.call(driver, "DEL", driver, config(), { hasNetns: false });
  }
});

test("the result of another plugin passes, and a wrong one is refused", async (t) => {
  const drivers = new Drivers(t);
  drivers.containers("c1");
  const prevResult = { cniVersion: "1.0.0", interfaces: [{ name: "x" }], ips: [{ address: "192.0.2.1/24" }] };
  assert.deepEqual(await drivers.call("built-in", "ADD", "c1", config(), { prevResult }), prevResult);
  for (const driver of DRIVERS) {
    assert.equal((await drivers.refusal(driver, "ADD", "c1", config({ prevResult: { ips: 3 } }))).code, 999);
  }
});

test("an address that is not the container's own is refused, and the loopback left as it was", async (t) => {
  const drivers = new Drivers(t);
  drivers.containers("c1");
  drivers.inside("c1", "ip", "address", "add", "192.0.2.1/32", "dev", "lo");
  drivers.inside("c1", "ip", "link", "set", "lo", "down");
  const message = 'loopback interface found with non-loopback address "192.0.2.1"';
  assert.deepEqual(await drivers.refusal("built-in", "ADD", "c1", config()), { code: 999, message });
  assert.match(drivers.inside("c1", "ip", "link", "show", "lo"), /state DOWN/);
  assert.deepEqual(await drivers.refusal("reference", "ADD", "c1", config()), { code: 999, message });
});

test("a namespace that is not there", async (t) => {
  const drivers = new Drivers(t);
  for (const driver of DRIVERS) {
    const { code, message } = await drivers.refusal(driver, "ADD", "none", config());
    assert.equal(code, 999);
    assert.match(message, /failed to Statfs "DIR\/none": no such file or directory/);
  }
});

test("GC and STATUS have nothing to do", async (t) => {
  const drivers = new Drivers(t);
  await drivers.call("built-in", "GC", "", config({ cniVersion: "1.1.0", "cni.dev/valid-attachments": [] }));
  await drivers.call("built-in", "STATUS", "", config({ cniVersion: "1.1.0" }));
});
