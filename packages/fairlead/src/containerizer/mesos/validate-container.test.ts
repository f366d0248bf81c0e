import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CommandInfoSchema,
  ContainerInfo_Type,
  ContainerInfoSchema,
  create,
  Environment_Variable_Type,
  type MessageInitShape,
  parseContainerId,
} from "@fairlead/mesos-api";
import type { ContainerConfig } from "../containerizer.ts";
import { isServed, validateContainer } from "./validate-container.ts";

const ALL = new Set(["network/cni", "posix/rlimits"]);

const config = (more: Partial<ContainerConfig> = {}): ContainerConfig => ({
  containerId: parseContainerId("c"),
  command: create(CommandInfoSchema, { value: "true" }),
  resources: [],
  limits: {},
  directory: "/sandbox",
  environment: { A: "b" },
  ...more,
});

const info = (more: Omit<MessageInitShape<typeof ContainerInfoSchema>, "$typeName">) =>
  config({ containerInfo: create(ContainerInfoSchema, { type: ContainerInfo_Type.MESOS, ...more }) });

test("everything but Docker's is served", () => {
  assert.equal(isServed(config()), true);
  assert.equal(isServed(info({})), true);
  assert.equal(isServed(info({ type: ContainerInfo_Type.DOCKER })), false);
});

test("what can be served passes", () => {
  const rlimitInfo = { rlimits: [{ type: 10, soft: 1n, hard: 1n }] };
  validateContainer(config(), ALL);
  validateContainer(info({ hostname: "h", networkInfos: [{ name: "blue" }], rlimitInfo }), ALL);
  // an unnamed network is the host's
  validateContainer(info({ networkInfos: [{}], linuxInfo: { sharePidNamespace: true } }), new Set());
});

const secretNamed = (name: string) => ({
  value: "true",
  environment: { variables: [{ name, type: Environment_Variable_Type.SECRET }] },
});

test("what would be left out is refused", () => {
  const refused: readonly [ContainerConfig, RegExp][] = [
    [config({ parentId: parseContainerId("p") }), /Nested containers/],
    [config({ directory: "sandbox" }), /absolute path/],
    [config({ command: create(CommandInfoSchema, { uris: [{ value: "http://x" }] }) }), /URIs/],
    [config({ environment: { "A=B": "" } }), /'A=B' cannot be set/],
    [config({ environment: { A: "\0" } }), /'A' cannot be set/],
    [config({ command: create(CommandInfoSchema, secretNamed("A=B")) }), /'A=B' cannot be set/],
    [info({ mesos: { image: { type: 2 } } }), /images/],
    [info({ volumes: [{ mode: 1, containerPath: "/x" }] }), /Volumes/],
    [info({ ttyInfo: {} }), /TTYs/],
    [info({ linuxInfo: { effectiveCapabilities: {} } }), /Capabilities/],
    [info({ linuxInfo: { seccomp: {} } }), /Seccomp/],
    [info({ linuxInfo: { shmSize: 1 } }), /IPC/],
  ];
  for (const [container, message] of refused) {
    assert.throws(() => validateContainer(container, ALL), { code: "CONTAINER_INVALID", message });
  }
});

test("what needs an isolator is refused without it", () => {
  const rlimits = info({ rlimitInfo: { rlimits: [{ type: 10 }] } });
  assert.throws(() => validateContainer(rlimits, new Set()), { message: /posix\/rlimits/ });
  const network = info({ networkInfos: [{ name: "blue" }] });
  assert.throws(() => validateContainer(network, new Set()), { message: /network\/cni/ });
});
