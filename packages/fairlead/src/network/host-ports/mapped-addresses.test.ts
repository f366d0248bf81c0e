import assert from "node:assert/strict";
import { test } from "node:test";
import { formatCidr, type ResultInterface, type ResultIp } from "@fairlead/cni";
import { mappedAddresses } from "./mapped-addresses.ts";

function chosen(ips: readonly ResultIp[], interfaces: readonly ResultInterface[] = []): (string | undefined)[] {
  const dns = { nameservers: [], search: [], options: [] };
  const { v4, v6 } = mappedAddresses({ interfaces, ips, routes: [], dns }, "eth0");
  return [v4 && formatCidr(v4), v6 && formatCidr(v6)];
}

test("the first address of each family counts", () => {
  const ips = ["fd00::2/64", "10.0.0.2/24", "10.0.1.2/24", "fd01::2/64"].map((address) => ({ address }));
  assert.deepEqual(chosen(ips), ["10.0.0.2/24", "fd00::2/64"]);
  assert.deepEqual(chosen([]), [undefined, undefined]);
});

test("addresses of other interfaces, and of the host's, do not count", () => {
  const interfaces = [
    { name: "br0" },
    { name: "eth1", sandbox: "/n" },
    { name: "eth0", sandbox: "/n" },
    { name: "eth0" },
  ];
  const ips = [0, 1, 3, 2].map((index) => ({ address: `10.0.${index}.2/24`, interface: index }));
  assert.deepEqual(chosen(ips, interfaces), ["10.0.2.2/24", undefined]);
});

test("an index that leads nowhere counts as none, as in the reference plugin", () => {
  assert.deepEqual(chosen([{ address: "10.0.0.2/24", interface: 7 }]), ["10.0.0.2/24", undefined]);
});
