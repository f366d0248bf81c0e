import assert from "node:assert/strict";
import { resolve } from "node:path";
import { test } from "node:test";
import { CniError } from "@fairlead/cni";
import fc from "fast-check";
import { sysctlPath } from "./sysctl-path.ts";

test("dots and slashes separate, and the interface keeps its dots", () => {
  assert.equal(sysctlPath("net.core.somaxconn", "eth0"), "/proc/sys/net/core/somaxconn");
  assert.equal(sysctlPath("net/core/somaxconn", "eth0"), "/proc/sys/net/core/somaxconn");
  assert.equal(sysctlPath("net.ipv4.conf.IFNAME.arp_filter", "eth0.5"), "/proc/sys/net/ipv4/conf/eth0.5/arp_filter");
  assert.equal(sysctlPath("net.ipv4.conf.IFNAME.x", "$&"), "/proc/sys/net/ipv4/conf/$&/x");
});

test("what is the host's own is refused", () => {
  for (const name of ["", "net", "kernel.hostname", "../../etc/passwd", "netx.core", "net.\0"]) {
    assert.throws(() => sysctlPath(name, "eth0"), { pluginCode: 999, message: /^invalid net sysctl key: / }, name);
  }
  assert.throws(() => sysctlPath("net.IFNAME.hostname", "../../kernel"), { pluginCode: 999 });
});

test("no name and no interface lead elsewhere", () => {
  const text = fc
    .array(fc.constantFrom("net", ".", "..", "/", "IFNAME", "kernel", "x", "\0"))
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(text, text, (name, ifName) => {
      try {
        assert.match(resolve(sysctlPath(name, ifName)), /^\/proc\/sys\/net(?:\/|$)/);
      } catch (error) {
        assert.ok(error instanceof CniError, String(error));
      }
    }),
  );
});
