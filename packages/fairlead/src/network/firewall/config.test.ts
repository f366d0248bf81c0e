import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "@fairlead/cni";
import { parseFirewallConfig, requireAdminChain, requireBridge, requirePrevResult } from "./config.ts";

const parse = (config: JsonObject) => parseFirewallConfig({ config: { cniVersion: "1.0.0", name: "blue", ...config } });

test("what is not said has the reference's defaults", () => {
  assert.deepEqual(parse({}), {
    backend: "auto",
    adminChain: "CNI-ADMIN",
    zone: "trusted",
    ingressPolicy: "open",
    prevResult: undefined,
  });
  assert.deepEqual(
    parse({ backend: "", iptablesAdminChainName: "", firewalldZone: null, ingressPolicy: "" }),
    parse({}),
  );
});

test("what is said is taken", () => {
  const config = parse({
    backend: "iptables",
    iptablesAdminChainName: "OWN",
    firewalldZone: "public",
    ingressPolicy: "isolated",
    prevResult: { cniVersion: "0.4.0", ips: [{ version: "4", address: "10.1.0.2/16" }] },
  });
  assert.deepEqual(
    { ...config, prevResult: undefined },
    {
      backend: "iptables",
      adminChain: "OWN",
      zone: "public",
      ingressPolicy: "isolated",
      prevResult: undefined,
    },
  );
  assert.deepEqual(requirePrevResult(config).ips, [{ address: "10.1.0.2/16" }]);
  assert.equal(parse({ backend: "ebtables" }).backend, "auto");
});

test("what cannot work is refused with 999", () => {
  const refused = { pluginCode: 999 };
  assert.throws(() => parse({ ingressPolicy: "closed" }), { ...refused, message: 'unknown ingress policy: "closed"' });
  assert.throws(() => parse({ backend: 1 }), refused);
  assert.throws(() => parse({ prevResult: "no" }), refused);
  assert.throws(() => parse({ prevResult: { ips: [{ address: "10.1.0.300/16" }] } }), refused);
  assert.throws(() => requirePrevResult(parse({})), refused);
  for (const name of ["A B", "-A", "!A", 'A"', "A\nB", "A".repeat(29)]) {
    assert.throws(() => requireAdminChain(parse({ iptablesAdminChainName: name })), refused, name);
  }
  requireAdminChain(parse({ iptablesAdminChainName: "A".repeat(28) }));
});

test("the bridge is the first interface of the result", () => {
  const config = (interfaces: JsonObject[]) => {
    return parse({ ingressPolicy: "isolated", prevResult: { cniVersion: "1.0.0", interfaces } });
  };
  const bridgeOf = (interfaces: JsonObject[]) => {
    const parsed = config(interfaces);
    return requireBridge(parsed, requirePrevResult(parsed));
  };
  assert.equal(bridgeOf([{ name: "br0" }, { name: "eth0", sandbox: "/x" }]), "br0");
  assert.throws(() => bridgeOf([]), { pluginCode: 999, message: /interface needs to be set/ });
});
