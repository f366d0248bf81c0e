import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CommandInfoSchema,
  ContainerInfo_Type,
  ContainerInfoSchema,
  create,
  parseContainerId,
} from "@fairlead/mesos-api";
import { createPidNamespaceIsolator } from "./pid.ts";

const prepare = (sharePidNamespace: boolean) =>
  createPidNamespaceIsolator({ init: "/usr/bin/tini" }).prepare({
    containerId: parseContainerId("c"),
    command: create(CommandInfoSchema, {}),
    containerInfo: create(ContainerInfoSchema, { type: ContainerInfo_Type.MESOS, linuxInfo: { sharePidNamespace } }),
    resources: [],
    limits: {},
    directory: "/",
    environment: {},
  });

test("a namespace comes with an init, unless the container wants to share the agent's", async () => {
  assert.deepEqual(await prepare(false), { namespaces: [{ type: "pid" }], argvPrefix: ["/usr/bin/tini", "--"] });
  assert.equal(await prepare(true), undefined);
});
