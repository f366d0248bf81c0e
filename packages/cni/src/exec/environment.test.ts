import assert from "node:assert/strict";
import { test } from "node:test";
import { pluginEnvironment } from "./environment.ts";

test("the environment holds what the call sets and PATH, nothing else", () => {
  const call = {
    command: "ADD",
    type: "x",
    config: {},
    containerId: "c",
    netns: "/ns",
    ifName: "eth0",
    args: "A=1",
  } as const;
  assert.deepEqual(pluginEnvironment(call, ["/a", "/b"], "/bin"), {
    CNI_COMMAND: "ADD",
    CNI_CONTAINERID: "c",
    CNI_NETNS: "/ns",
    CNI_IFNAME: "eth0",
    CNI_ARGS: "A=1",
    CNI_PATH: "/a:/b",
    PATH: "/bin",
  });
  assert.deepEqual(pluginEnvironment({ command: "STATUS", type: "x", config: {} }, ["/a"], "/bin"), {
    CNI_COMMAND: "STATUS",
    CNI_PATH: "/a",
    PATH: "/bin",
  });
});
