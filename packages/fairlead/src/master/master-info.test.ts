import assert from "node:assert/strict";
import { test } from "node:test";
import { MasterInfo_Capability_Type } from "@fairlead/mesos-api";
import type { MasterConfig } from "./config.ts";
import { createMasterInfo } from "./master-info.ts";

const CONFIG = { ip: "10.0.0.1", port: 0 } as MasterConfig;

test("tells the address that was bound, the IPv4 address as Mesos's number", () => {
  const info = createMasterInfo(CONFIG, { ip: "10.0.0.1", port: 5050 }, "id");
  assert.equal(info.ip, 16_777_226);
  assert.equal(info.pid, "master@10.0.0.1:5050");
  assert.deepEqual([info.hostname, info.address?.ip, info.address?.port], ["10.0.0.1", "10.0.0.1", 5050]);
});

test("tells what is advertised instead", () => {
  const config = { ...CONFIG, advertiseIp: "192.168.1.255", advertisePort: 80, hostname: "m.example.org" };
  const info = createMasterInfo(config, { ip: "10.0.0.1", port: 5050 }, "id");
  assert.equal(info.pid, "master@192.168.1.255:80");
  assert.equal(info.ip, 0xff01a8c0);
  assert.equal(info.address?.hostname, "m.example.org");
});

test("an IPv6 address stands in brackets", () => {
  const info = createMasterInfo(CONFIG, { ip: "fd00::1", port: 5050 }, "id");
  assert.equal(info.pid, "master@[fd00::1]:5050");
  assert.equal(info.ip, 0);
});

test("announces only what it can do", () => {
  const info = createMasterInfo(CONFIG, { ip: "10.0.0.1", port: 5050 }, "id");
  assert.deepEqual(
    info.capabilities.map(({ type }) => MasterInfo_Capability_Type[type ?? 0]),
    ["AGENT_UPDATE"],
  );
});
