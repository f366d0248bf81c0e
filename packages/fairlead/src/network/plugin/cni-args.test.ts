import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCniArgs } from "./cni-args.ts";

test("the keys that a plugin knows are found", () => {
  const parse = (args: string | undefined) => [...parseCniArgs(args, ["MAC", "IP"])];
  assert.deepEqual(parse(undefined), []);
  assert.deepEqual(parse(""), []);
  assert.deepEqual(parse("MAC="), [["MAC", ""]]);
  assert.deepEqual(parse("A=b;IgnoreUnknown=TRUE;MAC=x"), [["MAC", "x"]]);
  assert.deepEqual(parse("MAC=x;IP=10.0.0.2"), [
    ["MAC", "x"],
    ["IP", "10.0.0.2"],
  ]);
});

test("what the reference refuses is refused in its words", () => {
  const refusals: [args: string, message: string][] = [
    ["FOO", 'ARGS: invalid pair "FOO"'],
    ["MAC=a=b", 'ARGS: invalid pair "MAC=a=b"'],
    ["FOO=1;MAC=x;mac=y", 'ARGS: unknown args ["FOO=1" "mac=y"]'],
    ["A=b;IgnoreUnknown=0", 'ARGS: unknown args ["A=b"]'],
    [
      "IgnoreUnknown=Yes",
      'ARGS: error parsing value of pair "IgnoreUnknown=Yes": boolean unmarshal error: invalid input yes',
    ],
  ];
  for (const [args, message] of refusals) {
    assert.throws(() => parseCniArgs(args, ["MAC"]), { code: "CNI_PLUGIN_FAILED", pluginCode: 999, message });
  }
});
