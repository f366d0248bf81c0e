import assert from "node:assert/strict";
import { test } from "node:test";
import { type CniResult, parseResult } from "@fairlead/cni";
import { hostsText, mergeDns, resolvConfText } from "./network-files.ts";

const EMPTY: CniResult = { interfaces: [], ips: [], routes: [], dns: { nameservers: [], search: [], options: [] } };

const withIps = (...addresses: string[]): CniResult => ({ ...EMPTY, ips: addresses.map((address) => ({ address })) });
const withDns = (dns: Partial<CniResult["dns"]>): CniResult => ({ ...EMPTY, dns: { ...EMPTY.dns, ...dns } });

test("hosts names every address of the container, in request order and once", () => {
  const results = [withIps("10.0.0.5/24", "fd00::5/64"), withIps("10.1.0.5/16", "10.0.0.5/24")];
  assert.equal(
    hostsText("web", results),
    "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n10.0.0.5 web\nfd00::5 web\n10.1.0.5 web\n",
  );
});

test("hosts without addresses has localhost alone, and leaves out addresses outside the container", () => {
  assert.equal(hostsText("web", [EMPTY]), "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n");
  const interfaces = [{ name: "br0" }, { name: "eth0", sandbox: "/ns" }];
  const ips = [
    { address: "10.0.0.1/24", interface: 0 },
    { address: "10.0.0.2/24", interface: 1 },
  ];
  assert.match(hostsText("web", [{ ...EMPTY, interfaces, ips }]), /loopback\n10\.0\.0\.2 web\n$/);
});

test("resolv.conf has domain, search, options and name servers, in this order", () => {
  const dns = {
    nameservers: ["10.0.0.1", "fd00::1"],
    domain: "d.example",
    search: ["a", "b", "a"],
    options: ["ndots:2", "rotate"],
  };
  assert.equal(
    resolvConfText(dns),
    "domain d.example\nsearch a b a\noptions ndots:2 rotate\nnameserver 10.0.0.1\nnameserver fd00::1\n",
  );
});

test("what resolv.conf has nothing for is left out", () => {
  assert.equal(resolvConfText({ nameservers: [], search: [], options: [] }), "");
  assert.equal(resolvConfText({ nameservers: ["10.0.0.1"], search: [], options: [] }), "nameserver 10.0.0.1\n");
});

test("name services of several networks are joined in request order, the last domain counts", () => {
  const merged = mergeDns([
    withDns({ nameservers: ["10.0.0.1"], domain: "a", search: ["x"], options: ["o"] }),
    withDns({ nameservers: ["10.0.0.2", "10.0.0.1"], domain: "b", search: ["y"] }),
    withDns({ nameservers: ["10.0.0.3"] }),
  ]);
  assert.deepEqual(merged, {
    nameservers: ["10.0.0.1", "10.0.0.2", "10.0.0.1", "10.0.0.3"],
    domain: "b",
    search: ["x", "y"],
    options: ["o"],
  });
});

test("a network that names no server says nothing about names", () => {
  assert.equal(mergeDns([EMPTY, withDns({ search: ["x"], domain: "d" })]), undefined);
  assert.deepEqual(mergeDns([withDns({ search: ["x"], domain: "d" }), withDns({ nameservers: ["10.0.0.1"] })]), {
    nameservers: ["10.0.0.1"],
    search: [],
    options: [],
  });
});

test("a result cannot smuggle lines into the files", () => {
  const dns = (extra: object) => () =>
    parseResult({ cniVersion: "1.0.0", dns: { nameservers: ["10.0.0.1"], ...extra } }, "1.0.0");
  for (const extra of [
    { nameservers: ["10.0.0.1\nnameserver 10.6.6.6"] },
    { nameservers: ["evil"] },
    { domain: "a\nnameserver 10.6.6.6" },
    { search: ["a b"] },
    { options: ["a\0b"] },
  ]) {
    assert.throws(dns(extra), { code: "CNI_RESULT_INVALID" });
  }
});
