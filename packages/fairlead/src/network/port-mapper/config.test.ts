import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject, JsonValue } from "@fairlead/cni";
import fc from "fast-check";
import { parsePortMapperConfig } from "./config.ts";

const base: JsonObject = {
  name: "blue",
  type: "mesos-cni-port-mapper",
  chain: "MESOS-BLUE",
  delegate: { type: "bridge", bridge: "mesos0", name: "other" },
};

const withMapping = (mapping: JsonValue): JsonObject => ({
  ...base,
  args: { "org.apache.mesos": { network_info: { name: "blue", port_mappings: [mapping] } } },
});

test("the delegate gets its own object with the network's name and args", () => {
  const config = withMapping({ host_port: 8080, container_port: 80, protocol: "UDP" });
  assert.deepEqual(parsePortMapperConfig(config), {
    chain: "MESOS-BLUE",
    excludeDevices: [],
    mappings: [{ protocol: "udp", hostPort: 8080, containerPort: 80 }],
    delegate: { type: "bridge", bridge: "mesos0", name: "blue", args: config.args },
  });
});

test("without args there is nothing to map, and the delegate gets an empty NetworkInfo", () => {
  const { mappings, delegate } = parsePortMapperConfig(base);
  assert.deepEqual(mappings, []);
  assert.deepEqual(delegate.args, { "org.apache.mesos": { network_info: {} } });
});

test("the protocol is tcp when none is given; all excluded devices count", () => {
  const config = { ...withMapping({ host_port: 1, container_port: 65535 }), excludeDevices: ["mesos0", "veth+"] };
  const { mappings, excludeDevices } = parsePortMapperConfig(config);
  assert.deepEqual(mappings, [{ protocol: "tcp", hostPort: 1, containerPort: 65535 }]);
  assert.deepEqual(excludeDevices, ["mesos0", "veth+"]);
});

const REFUSED: readonly (readonly [string, JsonObject, number, RegExp])[] = [
  ["no name", { ...base, name: undefined }, 101, /^Failed to get the required field 'name': Not found$/],
  ["no chain", { ...base, chain: undefined }, 101, /^Failed to get the required field 'chain': Not found$/],
  ["a chain that a shell would run", { ...base, chain: "X; reboot" }, 101, /^'chain' is no name of a chain/],
  ["a chain that is too long", { ...base, chain: "X".repeat(29) }, 101, /^'chain' is no name of a chain/],
  ["a chain that looks like an option", { ...base, chain: "-F" }, 101, /^'chain' is no name of a chain/],
  ["no delegate", { ...base, delegate: undefined }, 101, /^Failed to get the required field 'delegate': Not found$/],
  ["a delegate without type", { ...base, delegate: {} }, 101, /^Failed to get the delegate plugin 'type': Not found$/],
  ["a delegate that is a path", { ...base, delegate: { type: "../../bin/sh" } }, 101, /not a plain file name/],
  ["a device that is no string", { ...base, excludeDevices: [1] }, 101, /device needs to be a string$/],
  ["devices that are no list", { ...base, excludeDevices: "br0" }, 101, /^Failed to parse field 'excludeDevices'/],
  ["a device that is no name", { ...base, excludeDevices: ["a b"] }, 101, /is not a valid interface name$/],
  ["every device", { ...base, excludeDevices: ["+"] }, 101, /stands for all$/],
  ["args without Mesos's", { ...base, args: {} }, 101, /'args\{org\.apache\.mesos\}': Not found$/],
  [
    "args without NetworkInfo",
    { ...base, args: { "org.apache.mesos": {} } },
    101,
    /'args\{org\.apache\.mesos\}\{network_info\}': Not found$/,
  ],
  ["a mapping without host port", withMapping({ container_port: 1 }), 101, /^Unable to parse `NetworkInfo`: host_port/],
  ["a port that is text", withMapping({ host_port: "1", container_port: 1 }), 101, /^Unable to parse `NetworkInfo`/],
  ["a negative port", withMapping({ host_port: -1, container_port: 1 }), 101, /^Unable to parse `NetworkInfo`/],
  ["a mapping that is none", withMapping("8080:80"), 101, /^Unable to parse `NetworkInfo`/],
  ["host port 0", withMapping({ host_port: 0, container_port: 1 }), 103, /host_port 0 is not a port$/],
  ["host port 65536", withMapping({ host_port: 65536, container_port: 1 }), 103, /host_port 65536 is not a port$/],
  ["container port 0", withMapping({ host_port: 1, container_port: 0 }), 103, /container_port 0 is not a port$/],
  [
    "a protocol without ports",
    withMapping({ host_port: 1, container_port: 1, protocol: "icmp" }),
    103,
    /protocol "icmp" has no ports$/,
  ],
];

for (const [what, config, pluginCode, message] of REFUSED) {
  test(`${what} is refused with code ${pluginCode}`, () => {
    assert.throws(() => parsePortMapperConfig(config), { code: "CNI_PLUGIN_FAILED", pluginCode, message });
  });
}

test("whatever is given is read or refused as a CniError", () => {
  const field = fc.oneof(fc.integer({ min: -2, max: 65_537 }), fc.string(), fc.jsonValue());
  const mapping = fc.oneof(fc.record({ host_port: field, container_port: field, protocol: field }), fc.jsonValue());
  const devices = fc.oneof(fc.array(fc.string()), fc.jsonValue());
  fc.assert(
    fc.property(mapping, devices, fc.jsonValue(), (port, excludeDevices, delegate) => {
      // JSON to be sure: fast-check's values are wider than JsonValue
      const json = JSON.parse(JSON.stringify({ port, excludeDevices, delegate }));
      try {
        parsePortMapperConfig({ ...base, ...withMapping(json.port), ...json });
      } catch (error) {
        assert.ok([101, 103].includes((error as { pluginCode: number }).pluginCode)); // a CniError: nothing else has the field
      }
    }),
  );
});
