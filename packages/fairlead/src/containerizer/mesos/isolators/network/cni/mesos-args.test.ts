import assert from "node:assert/strict";
import { test } from "node:test";
import { type JsonObject, parseNetworkConfig, toConfigObject } from "@fairlead/cni";
import { create, type MessageInitShape, NetworkInfoSchema } from "@fairlead/mesos-api";
import { mesosArgsOf, withMesosArgs } from "./mesos-args.ts";
import { capabilityArgs } from "./port-mappings.ts";

const info = (init: MessageInitShape<typeof NetworkInfoSchema>) => create(NetworkInfoSchema, init);
const list = (raw: JsonObject) => parseNetworkConfig(raw, { path: "/net.d/blue" });
/** Through the text on disk and back, as DEL sees it. */
const stored = (raw: JsonObject, init: MessageInitShape<typeof NetworkInfoSchema>) =>
  parseNetworkConfig(JSON.stringify(toConfigObject(withMesosArgs(list(raw), info(init)))));

test("the request goes into args, in Mesos's JSON, beside what is there", () => {
  const request = {
    name: "blue",
    labels: { labels: [{ key: "app", value: "web" }] },
    portMappings: [{ hostPort: 8080, containerPort: 80 }],
    ipAddresses: [{ ipAddress: "10.9.0.7" }, {}],
  };
  const config = { name: "blue", type: "bridge", args: { cni: { ips: [] } } };
  assert.deepEqual(toConfigObject(withMesosArgs(list(config), info(request))), {
    ...config,
    args: {
      cni: { ips: [] },
      "org.apache.mesos": {
        network_info: {
          ip_addresses: [{ protocol: "IPv4", ip_address: "10.9.0.7" }, { protocol: "IPv4" }],
          name: "blue",
          labels: { labels: [{ key: "app", value: "web" }] },
          port_mappings: [{ host_port: 8080, container_port: 80 }],
        },
      },
    },
  });
});

test("every plugin of a chain gets it, and it is found again", () => {
  const chain = stored(
    { name: "blue", cniVersion: "1.0.0", plugins: [{ type: "a" }, { type: "b" }] },
    { name: "blue" },
  );
  for (const { config } of chain.plugins) {
    assert.deepEqual(config.args, { "org.apache.mesos": { network_info: { name: "blue" } } });
  }
  assert.deepEqual(mesosArgsOf(chain), { name: "blue" });
  assert.equal(mesosArgsOf(list({ name: "blue", type: "a" })), undefined);
});

test("args that are no object, or have the reserved key, are refused with Mesos's texts", () => {
  for (const args of ["text", 1, true, []]) {
    assert.throws(() => withMesosArgs(list({ name: "blue", type: "a", args }), info({ name: "blue" })), {
      code: "NETWORK_INVALID",
      message: "Invalid 'args' found in CNI network configuration file '/net.d/blue': not an object",
    });
  }
  const args = { "org.apache.mesos": {} };
  const plugins = [{ type: "a" }, { type: "b", args }];
  assert.throws(() => withMesosArgs(list({ name: "blue", plugins }), info({ name: "blue" })), {
    code: "NETWORK_INVALID",
    message:
      "'org.apache.mesos' in 'args' should not be set in CNI network configuration file. It is reserved by Mesos",
  });
});

const CAPABLE = {
  name: "blue",
  cniVersion: "1.0.0",
  plugins: [{ type: "a" }, { type: "b", capabilities: { portMappings: true } }],
};

test("port mappings become the capability's runtimeConfig", () => {
  const portMappings = [
    { hostPort: 8080, containerPort: 80 },
    { hostPort: 53, containerPort: 5353, protocol: "UDP" },
    { hostPort: 1, containerPort: 65_535, protocol: "" },
  ];
  assert.deepEqual(capabilityArgs(stored(CAPABLE, { name: "blue", portMappings })), {
    portMappings: [
      { hostPort: 8080, containerPort: 80, protocol: "tcp" },
      { hostPort: 53, containerPort: 5353, protocol: "udp" },
      { hostPort: 1, containerPort: 65_535, protocol: "tcp" },
    ],
  });
});

test("without a plugin that maps ports, or ports to map, there is none", () => {
  const portMappings = [{ hostPort: 0, containerPort: 80, protocol: "whatever" }];
  assert.deepEqual(capabilityArgs(stored({ name: "blue", type: "a" }, { name: "blue", portMappings })), {});
  assert.deepEqual(capabilityArgs(stored(CAPABLE, { name: "blue" })), {});
});

for (const mapping of [
  { hostPort: 0, containerPort: 80 },
  { hostPort: 65_536, containerPort: 80 },
  { hostPort: 80, containerPort: 0 },
  { hostPort: 80, containerPort: 4_294_967_295 },
  { hostPort: 80, containerPort: 80, protocol: "icmp" },
]) {
  test(`refused: port mapping ${JSON.stringify(mapping)}`, () => {
    assert.throws(() => capabilityArgs(stored(CAPABLE, { name: "blue", portMappings: [mapping] })), {
      code: "NETWORK_INVALID",
      message: /^CNI network 'blue' cannot map host port /,
    });
  });
}
