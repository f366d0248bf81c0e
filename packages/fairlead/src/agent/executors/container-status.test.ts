import assert from "node:assert/strict";
import { test } from "node:test";
import { ContainerStatusSchema, create, NetworkInfo_Protocol } from "@fairlead/mesos-api";
import { withHostAddresses } from "./container-status.ts";

const bare = create(ContainerStatusSchema, { executorPid: 7 });

test("a container without addresses of its own has the agent's, in one entry without a name", () => {
  const { networkInfos, executorPid } = withHostAddresses(bare, { ip: "192.0.2.1", ip6: "2001:db8::1" });
  assert.equal(executorPid, 7);
  assert.equal(networkInfos.length, 1);
  const [v4, v6] = networkInfos[0]?.ipAddresses ?? [];
  assert.deepEqual([v4?.ipAddress, Object.hasOwn(v4 ?? {}, "protocol")], ["192.0.2.1", false]);
  assert.deepEqual([v6?.ipAddress, v6?.protocol], ["2001:db8::1", NetworkInfo_Protocol.IPv6]);
  assert.equal(Object.hasOwn(networkInfos[0] ?? {}, "name"), false);
  assert.equal(bare.networkInfos.length, 0);
});

test("an agent on IPv6 says so", () => {
  const [network] = withHostAddresses(bare, { ip: "2001:db8::1" }).networkInfos;
  assert.equal(network?.ipAddresses[0]?.protocol, NetworkInfo_Protocol.IPv6);
});

test("what the containerizer tells stays as it is, also a network without an address", () => {
  const own = create(ContainerStatusSchema, { networkInfos: [{ name: "blue" }] });
  assert.equal(withHostAddresses(own, { ip: "192.0.2.1" }), own);
});
