import assert from "node:assert/strict";
import { test } from "node:test";
import { formatArgs, type RuntimeConf, validateRuntimeConf } from "./runtime-conf.ts";

const GOOD: RuntimeConf = { containerId: "3f0c.7d2e", netns: "/run/netns/a b", ifName: "eth0" };

test("what the spec allows passes", () => {
  validateRuntimeConf(
    {
      ...GOOD,
      args: [
        ["IP", "10.0.0.5/24"],
        ["IgnoreUnknown", "1"],
        ["EMPTY", ""],
      ],
    },
    "ADD",
  );
  validateRuntimeConf({ ...GOOD, netns: undefined }, "DEL");
});

test("what it does not is refused by what is wrong", () => {
  const cases: [Partial<RuntimeConf>, RegExp][] = [
    [{ containerId: "" }, /container id "" is empty/],
    [{ containerId: "../x" }, /container id/],
    [{ ifName: "interface-too-long" }, /interface name/],
    [{ ifName: "a/b" }, /interface name/],
    [{ netns: undefined }, /network namespace/],
    [{ netns: "" }, /network namespace/],
    [{ netns: "relative" }, /network namespace/],
    [{ netns: "/a\0b" }, /network namespace/],
    [{ args: [["A", "1;B=2"]] }, /CNI_ARGS/],
    [{ args: [["A=B", "1"]] }, /CNI_ARGS/],
    [{ args: [["", "1"]] }, /CNI_ARGS/],
    [{ args: [["A", "\n"]] }, /CNI_ARGS/],
  ];
  for (const [part, message] of cases) {
    assert.throws(() => validateRuntimeConf({ ...GOOD, ...part }, "ADD"), { code: "CNI_ARGUMENT_INVALID", message });
  }
  assert.throws(() => validateRuntimeConf({ ...GOOD, netns: undefined }, "CHECK"), { code: "CNI_ARGUMENT_INVALID" });
});

test("CNI_ARGS is absent without pairs", () => {
  assert.equal(formatArgs(undefined), undefined);
  assert.equal(formatArgs([]), undefined);
  assert.equal(
    formatArgs([
      ["A", "1"],
      ["B", "2"],
    ]),
    "A=1;B=2",
  );
});
