import assert from "node:assert/strict";
import { test } from "node:test";
import { CniError, type JsonObject } from "@fairlead/cni";
import fc from "fast-check";
import { isUntouched, parseTuningConfig } from "./config.ts";

const parse = (config: JsonObject, args?: string) => parseTuningConfig({ config, args });
const UNTOUCHED = {
  mac: undefined,
  mtu: undefined,
  promiscuous: false,
  allMulticast: undefined,
  txQueueLength: undefined,
};

test("what is absent, zero or empty stays as it is", () => {
  const { dataDir, sysctls, link } = parse({ mac: "", mtu: 0, promisc: false, args: {}, runtimeConfig: {} });
  assert.deepEqual([dataDir, [...sysctls], link], ["/run/cni/tuning", [], UNTOUCHED]);
  assert.equal(isUntouched(link), true);
  for (const change of [
    { mtu: 1 },
    { promisc: true },
    { allmulti: false },
    { txQLen: 0 },
    { mac: "0a:58:0a:00:00:01" },
  ]) {
    assert.equal(isUntouched(parse(change).link), false, JSON.stringify(change));
  }
});

test("CNI_ARGS, then the runtime, then args win", () => {
  const mac = (last: string) => `0a:58:0a:00:00:0${last}`;
  const own = { mac: mac("1") };
  const runtime = { ...own, runtimeConfig: { mac: mac("3") } };
  const all = { ...runtime, args: { cni: { mac: mac("4") } } };
  const args = `MAC=${mac("2")}`;
  assert.equal(parse(own).link.mac, mac("1"));
  assert.equal(parse(own, args).link.mac, mac("2"));
  assert.equal(parse(runtime, args).link.mac, mac("3"));
  assert.equal(parse(all, args).link.mac, mac("4"));
  assert.equal(parse({ ...runtime, args: { cni: { mac: "" } } }, args).link.mac, undefined);
});

test("args win for every other setting", () => {
  const cni = { mtu: 1300, promisc: false, allmulti: false, txQLen: 5, sysctl: { b: "3", c: "4" } };
  const { link, sysctls } = parse({
    mtu: 1400,
    promisc: true,
    allmulti: true,
    txQLen: 9,
    sysctl: { a: "1", b: "2" },
    args: { cni },
  });
  assert.deepEqual(link, { ...UNTOUCHED, mtu: 1300, allMulticast: false, txQueueLength: 5 });
  assert.deepEqual(Object.fromEntries(sysctls), { a: "1", b: "3", c: "4" });
});

test("what cannot be is refused", () => {
  const refused = (config: JsonObject, message: RegExp, args?: string) => {
    assert.throws(() => parse(config, args), { pluginCode: 999, message });
  };
  refused({ mac: "zz" }, /^invalid args zz for MAC addr: address zz: invalid MAC address$/);
  refused({ sysctl: { a: 1 } }, /sysctl/);
  refused({ sysctl: [] }, /sysctl/);
  refused({ promisc: 1 }, /promisc of type bool/);
  refused({}, /unknown args/, "A=1");
});

test("any configuration is read or refused", () => {
  const keys = fc.constantFrom(
    "sysctl",
    "mac",
    "mtu",
    "promisc",
    "allmulti",
    "txQLen",
    "args",
    "runtimeConfig",
    "dataDir",
  );
  fc.assert(
    fc.property(fc.dictionary(keys, fc.jsonValue()), fc.option(fc.string(), { nil: undefined }), (config, args) => {
      try {
        parse(config as JsonObject, args); // what jsonValue gives is JSON
      } catch (error) {
        assert.ok(error instanceof CniError);
        assert.equal(error.pluginCode, 999);
      }
    }),
  );
});
