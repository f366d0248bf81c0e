import assert from "node:assert/strict";
import { test } from "node:test";
import { parseValidAttachments } from "./valid-attachments.ts";

const KEY = "cni.dev/valid-attachments";

test("attachments are named by container and interface", () => {
  assert.deepEqual(parseValidAttachments({ [KEY]: [{ containerID: "c", ifname: "eth0", more: 1 }] }), [
    { containerId: "c", ifName: "eth0" },
  ]);
  assert.deepEqual(parseValidAttachments({ [KEY]: [] }), []);
});

test("what is no list of attachments must not pass for an empty one", () => {
  for (const config of [{}, { [KEY]: null }]) assert.throws(() => parseValidAttachments(config), { pluginCode: 7 });
  for (const list of ["x", {}, [7], [{}], [{ containerID: "c" }], [{ containerID: "c", ifname: 0 }]]) {
    assert.throws(() => parseValidAttachments({ [KEY]: list }), { pluginCode: 999 });
  }
});
