import assert from "node:assert/strict";
import { test } from "node:test";
import { suggest } from "./suggest.ts";

const NAMES = ["ip", "port", "work_dir", "runtime_dir", "network_cni_config_dir", "network_cni_plugins_dir"];

for (const [word, expected] of [
  ["workdir", "work_dir"],
  ["work_dri", "work_dir"],
  ["prot", "port"],
  ["network_cni_conf_dir", "network_cni_config_dir"],
  ["network_cni", "network_cni_config_dir"],
  ["x", undefined],
  ["frobnicate", undefined],
  ["", undefined],
] as const) {
  test(`'${word}' suggests ${expected ?? "nothing"}`, () => {
    assert.equal(suggest(word, NAMES), expected);
  });
}
