import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CniError } from "../errors.ts";
import type { JsonObject } from "../json.ts";
import { SPEC_VERSIONS, type SpecVersion } from "../version.ts";
import type { CniResult } from "./cni-result.ts";
import { convertResult, parseResult, resultVersion } from "./parse-result.ts";

/** One attachment, as plugins of each version write it, and what it says in the form of 1.1.0. */
const GOLDEN_020 = {
  cniVersion: "0.2.0",
  ip4: {
    ip: "10.1.0.5/16",
    gateway: "10.1.0.1",
    routes: [{ dst: "0.0.0.0/0" }, { dst: "192.168.0.0/24", gw: "10.1.0.9" }],
  },
  ip6: { ip: "fd00::5/64", routes: [{ dst: "::/0", gw: "fd00::1" }] },
  dns: { nameservers: ["10.1.0.1"], domain: "x.example", search: ["example"], options: ["ndots:2"] },
};
const GOLDEN_040 = {
  cniVersion: "0.4.0",
  interfaces: [
    { name: "cni0", mac: "00:11:22:33:44:55" },
    { name: "eth0", mac: "99:88:77:66:55:44", sandbox: "/run/netns/blue" },
  ],
  ips: [
    { version: "4", address: "10.1.0.5/16", gateway: "10.1.0.1", interface: 1 },
    { version: "6", address: "fd00::5/64", interface: 1 },
  ],
  routes: [{ dst: "0.0.0.0/0" }, { dst: "192.168.0.0/24", gw: "10.1.0.9" }, { dst: "::/0", gw: "fd00::1" }],
  dns: GOLDEN_020.dns,
};
const GOLDEN_100 = {
  cniVersion: "1.0.0",
  interfaces: GOLDEN_040.interfaces,
  ips: GOLDEN_040.ips.map(({ version: _, ...ip }) => ip),
  routes: GOLDEN_040.routes,
  dns: GOLDEN_020.dns,
};
const GOLDEN_110 = {
  cniVersion: "1.1.0",
  interfaces: [
    { name: "cni0", mac: "00:11:22:33:44:55", mtu: 1500 },
    { name: "eth0", mac: "99:88:77:66:55:44", mtu: 1450, sandbox: "/run/netns/blue", socketPath: "/s", pciID: "0:1" },
  ],
  ips: GOLDEN_100.ips,
  routes: [
    { dst: "0.0.0.0/0" },
    { dst: "192.168.0.0/24", gw: "10.1.0.9", mtu: 1400, advmss: 1360, priority: 10, table: 254, scope: 0 },
    { dst: "::/0", gw: "fd00::1" },
  ],
  dns: GOLDEN_020.dns,
};
const internal = (golden: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(golden).filter(([key]) => key !== "cniVersion"));

test("each version parses to the form of 1.1.0", () => {
  assert.deepEqual(parseResult(GOLDEN_110, "1.1.0"), internal(GOLDEN_110));
  assert.deepEqual(parseResult(GOLDEN_100, "1.0.0"), internal(GOLDEN_100));
  assert.deepEqual(parseResult(GOLDEN_040, "0.4.0"), internal(GOLDEN_100));
  assert.deepEqual(parseResult(GOLDEN_020, "0.2.0"), {
    interfaces: [],
    ips: GOLDEN_100.ips.map(({ interface: _, ...ip }) => ip),
    routes: GOLDEN_100.routes,
    dns: GOLDEN_020.dns,
  });
});

test("the form of 1.1.0 converts to each version", () => {
  const result = parseResult(GOLDEN_110, "1.1.0");
  assert.deepEqual(convertResult(result, "1.1.0"), GOLDEN_110);
  assert.deepEqual(convertResult(result, "1.0.0"), GOLDEN_100);
  for (const cniVersion of ["0.3.0", "0.3.1", "0.4.0"] as const) {
    assert.deepEqual(convertResult(result, cniVersion), { ...GOLDEN_040, cniVersion });
  }
  for (const cniVersion of ["0.1.0", "0.2.0"] as const) {
    assert.deepEqual(convertResult(result, cniVersion), { ...GOLDEN_020, cniVersion });
  }
});

test("old forms have room for one address of each family, and need one", () => {
  const many = parseResult({ ips: [{ address: "10.0.0.1/8" }, { address: "10.0.0.2/8" }] }, "1.0.0");
  assert.deepEqual(convertResult(many, "0.2.0"), { cniVersion: "0.2.0", ip4: { ip: "10.0.0.1/8" } });
  assert.throws(() => convertResult(parseResult({}, "1.0.0"), "0.2.0"), { code: "CNI_RESULT_INVALID" });
});

test("a result is in the version it names, else the one requested, unless its keys show another era", () => {
  const cases: [JsonObject, SpecVersion, SpecVersion][] = [
    [{}, "0.3.1", "0.3.1"],
    [{ cniVersion: "" }, "0.1.0", "0.1.0"],
    [{ cniVersion: "0.4.0", ips: [] }, "1.0.0", "0.4.0"],
    [{ ip4: {} }, "0.3.1", "0.2.0"],
    [{ cniVersion: "0.3.1", ip6: {} }, "0.3.1", "0.2.0"],
    [{ ips: [] }, "0.1.0", "0.4.0"],
    [{ cniVersion: "0.2.0", ips: [] }, "0.2.0", "0.4.0"],
  ];
  for (const [json, requested, version] of cases) {
    assert.equal(resultVersion(json, requested), version, JSON.stringify(json));
  }
  assert.throws(() => resultVersion({ cniVersion: "5.0.0" }, "1.0.0"), { code: "CNI_VERSION_UNSUPPORTED" });
  assert.throws(() => resultVersion({ cniVersion: 1 }, "1.0.0"), { code: "CNI_VERSION_UNSUPPORTED" });
});

test("what Go programs write for nothing is nothing", () => {
  const json = {
    interfaces: null,
    ips: [{ address: "10.0.0.1/8", gateway: "", interface: null }],
    routes: null,
    dns: {},
  };
  assert.deepEqual(parseResult(json, "1.0.0"), {
    interfaces: [],
    ips: [{ address: "10.0.0.1/8" }],
    routes: [],
    dns: { nameservers: [], search: [], options: [] },
  });
});

test("addresses are canonical, dangling interface numbers are dropped", () => {
  const json = { interfaces: [{ name: "eth0" }], ips: [{ address: "FD00:0::05/64", interface: 3 }] };
  assert.deepEqual(parseResult(json, "1.0.0").ips, [{ address: "fd00::5/64" }]);
  assert.deepEqual(parseResult({ ...json, cniVersion: "0.3.1" }, "0.3.1").ips, [{ address: "fd00::5/64" }]);
});

test("what cannot be right is refused, with its place", () => {
  const cases: [JsonObject, SpecVersion, RegExp][] = [
    [{ ips: {} }, "1.0.0", /^ips is not a list/],
    [{ ips: ["10.0.0.1/8"] }, "1.0.0", /^ips\[0\] is not an object/],
    [{ ips: [{}] }, "1.0.0", /^ips\[0\]\.address .*absent/],
    [{ ips: [{ address: "10.0.0.1" }] }, "1.0.0", /^ips\[0\]\.address/],
    [{ ips: [{ address: "::ffff:10.0.0.1/96" }] }, "1.0.0", /^ips\[0\]\.address/],
    [{ ips: [{ address: "10.0.0.1/8", gateway: "gw" }] }, "1.0.0", /^ips\[0\]\.gateway/],
    [{ ips: [{ address: "10.0.0.1/8", interface: -1 }] }, "1.0.0", /^ips\[0\]\.interface/],
    [{ ips: [{ address: "10.0.0.1/8", version: "6" }] }, "0.4.0", /^ips\[0\]\.version contradicts/],
    [{ ip4: { ip: "fd00::1/64" } }, "0.2.0", /^ip4\.ip is not of IPv4/],
    [{ ip6: { ip: "10.0.0.1/8" } }, "0.2.0", /^ip6\.ip is not of IPv6/],
    [{ ip4: { ip: "10.0.0.1/8", routes: [{ gw: "10.0.0.2" }] } }, "0.2.0", /^ip4\.routes\[0\]\.dst/],
    [{ ip4: "10.0.0.1/8" }, "0.2.0", /^ip4 is not an object/],
    [{ routes: [{ dst: "0.0.0.0/0", mtu: 1.5 }] }, "1.1.0", /^routes\[0\]\.mtu/],
    [{ interfaces: [{ name: "a\nb" }] }, "1.0.0", /^interfaces\[0\]\.name/],
    [{ dns: { nameservers: ["8.8.8.8\noptions x"] } }, "1.0.0", /^dns\.nameservers\[0\]/],
    [{ dns: { nameservers: ["dns.example"] } }, "1.0.0", /^dns\.nameservers\[0\]/],
    [{ dns: { search: ["a b"] } }, "1.0.0", /^dns\.search\[0\]/],
    [{ dns: { options: [""] } }, "1.0.0", /^dns\.options\[0\]/],
    [{ dns: [] }, "1.0.0", /^dns is not an object/],
  ];
  for (const [json, version, words] of cases) {
    assert.throws(
      () => parseResult(json, version),
      (error) => {
        assert.ok(error instanceof CniError);
        assert.equal(error.code, "CNI_RESULT_INVALID");
        assert.match(error.message, words);
        return true;
      },
    );
  }
});

test("a nameserver may name its zone", () => {
  const { dns } = parseResult({ dns: { nameservers: ["fe80::1%eth0", "10.0.0.1"] } }, "1.0.0");
  assert.deepEqual(dns.nameservers, ["fe80::1%eth0", "10.0.0.1"]);
});

const ipv4 = fc.ipV4();
const cidr = fc.oneof(
  fc.tuple(ipv4, fc.integer({ min: 0, max: 32 })).map(([ip, length]) => `${ip}/${length}`),
  fc.integer({ min: 0, max: 0xffff }).map((n) => (n === 0 ? "fd00::/64" : `fd00::${n.toString(16)}/64`)),
);
const word = fc.stringMatching(/^[a-z][a-z0-9.-]{0,8}$/);
const uint = fc.integer({ min: 0, max: 65535 });
const anyResult: fc.Arbitrary<CniResult> = fc.record({
  interfaces: fc.array(
    fc.record(
      { name: word, mac: word, mtu: uint, sandbox: word, socketPath: word, pciID: word },
      { requiredKeys: ["name"] },
    ),
  ),
  ips: fc.array(fc.record({ address: cidr, gateway: ipv4 }, { requiredKeys: ["address"] })),
  routes: fc.array(
    fc.record(
      { dst: cidr, gw: ipv4, mtu: uint, advmss: uint, priority: uint, table: uint, scope: uint },
      { requiredKeys: ["dst"] },
    ),
  ),
  dns: fc.record(
    { nameservers: fc.array(ipv4), domain: word, search: fc.array(word), options: fc.array(word) },
    { requiredKeys: ["nameservers", "search", "options"] },
  ),
});

test("1.1.0 loses nothing on the way there and back", () => {
  fc.assert(
    fc.property(anyResult, (result) => {
      // fast-check makes objects without prototype
      assert.deepEqual(parseResult(convertResult(result, "1.1.0"), "1.1.0"), structuredClone(result));
    }),
  );
});

test("every version gives back what it can say", () => {
  fc.assert(
    fc.property(anyResult, fc.constantFrom(...SPEC_VERSIONS), (result, version) => {
      fc.pre(result.ips.length > 0);
      const json = convertResult(result, version);
      assert.deepEqual(convertResult(parseResult(json, version), version), json);
    }),
  );
});

test("any JSON is a result or a coded refusal", () => {
  const key = fc.constantFrom("cniVersion", "ips", "ip4", "ip6", "interfaces", "routes", "dns", "address", "ip", "dst");
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      fc.jsonValue({ maxDepth: 1 }),
      cidr,
      fc.array(tie("any"), { maxLength: 3 }),
      fc.dictionary(key, tie("any"), { maxKeys: 4 }),
    ),
  })).any;
  fc.assert(
    fc.property(fc.dictionary(key, value), fc.constantFrom(...SPEC_VERSIONS), (raw, version) => {
      try {
        parseResult(JSON.parse(JSON.stringify(raw)), version);
      } catch (error) {
        assert.ok(error instanceof CniError, String(error));
        assert.match(error.code, /^CNI_(RESULT_INVALID|VERSION_UNSUPPORTED)$/);
      }
    }),
    { numRuns: 1000 },
  );
});
