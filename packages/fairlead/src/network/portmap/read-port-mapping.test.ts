import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonValue } from "@fairlead/cni";
import fc from "fast-check";
import type { PortMapping } from "../host-ports/port-mapping.ts";
import { NetconfReader } from "../plugin/netconf-reader.ts";
import { readPortMapping } from "./read-port-mapping.ts";

const parsePortMappings = (portMappings: JsonValue | undefined): PortMapping[] => {
  return new NetconfReader({ portMappings }, "runtimeConfig").objects("portMappings").map(readPortMapping);
};

const entry = { hostPort: 8080, containerPort: 80, protocol: "tcp" };

test("mappings are read, protocols in lower case, addresses as bytes", () => {
  assert.deepEqual(
    parsePortMappings([
      entry,
      { ...entry, protocol: "UDP", hostIP: "" },
      { ...entry, protocol: "sctp", hostIP: "10.0.0.1" },
      { ...entry, hostIP: "::" },
    ]),
    [
      { protocol: "tcp", hostPort: 8080, containerPort: 80 },
      { protocol: "udp", hostPort: 8080, containerPort: 80 },
      {
        protocol: "sctp",
        hostPort: 8080,
        containerPort: 80,
        hostIp: { family: 4, bytes: Uint8Array.from([10, 0, 0, 1]) },
      },
      { protocol: "tcp", hostPort: 8080, containerPort: 80, hostIp: { family: 6, bytes: new Uint8Array(16) } },
    ],
  );
  assert.deepEqual(parsePortMappings(undefined), []);
  assert.deepEqual(parsePortMappings(null), []);
});

const REFUSED: readonly (readonly [JsonValue, RegExp])[] = [
  [{ ...entry, hostPort: 0 }, /^Invalid host port number: 0$/],
  [{ ...entry, hostPort: -1 }, /^Invalid host port number: -1$/],
  [{ ...entry, hostPort: 65536 }, /^Invalid host port number: 65536$/],
  [{ ...entry, hostPort: 80.5 }, /cannot unmarshal number 80.5 into .*hostPort of type int$/],
  [{ ...entry, hostPort: "80" }, /cannot unmarshal string into .*hostPort of type int$/],
  [{ containerPort: 80, protocol: "tcp" }, /^Invalid host port number: 0$/],
  [{ ...entry, containerPort: 0 }, /^Invalid container port number: 0$/],
  [{ ...entry, containerPort: 65536 }, /^Invalid container port number: 65536$/],
  [{ ...entry, protocol: "icmp" }, /^unknown protocol "icmp" specified$/],
  [{ ...entry, protocol: "" }, /^unknown protocol "" specified$/],
  [{ hostPort: 1, containerPort: 1 }, /^unknown protocol "" specified$/],
  [{ ...entry, protocol: "constructor" }, /^unknown protocol "constructor" specified$/],
  [{ ...entry, hostIP: "garbage" }, /^Invalid host IP: "garbage"$/],
  [{ ...entry, hostIP: 7 }, /cannot unmarshal number into .*hostIP of type string$/],
  ["8080:80", /cannot unmarshal string into .*portMappings of type object$/],
];

for (const [value, message] of REFUSED) {
  test(`${JSON.stringify(value)} is refused with code 999`, () => {
    assert.throws(() => parsePortMappings([entry, value]), { code: "CNI_PLUGIN_FAILED", pluginCode: 999, message });
  });
}

test("whatever is given is read or refused as a CniError", () => {
  const field = fc.oneof(fc.integer({ min: -2, max: 65_537 }), fc.string(), fc.jsonValue());
  const mapping = fc.record({ hostPort: field, containerPort: field, protocol: field, hostIP: field });
  fc.assert(
    fc.property(fc.oneof(fc.array(mapping), fc.jsonValue()), (value) => {
      // JSON to be sure: fast-check's values are wider than JsonValue
      const json: JsonValue = JSON.parse(JSON.stringify(value));
      try {
        for (const { hostPort, containerPort } of parsePortMappings(json)) {
          assert.ok(hostPort >= 1 && hostPort <= 65_535 && containerPort >= 1 && containerPort <= 65_535);
        }
      } catch (error) {
        assert.equal((error as { pluginCode?: number }).pluginCode, 999); // a CniError: nothing else has the field
      }
    }),
  );
});
