import assert from "node:assert/strict";
import { test } from "node:test";
import { rulesOfContainer } from "./mesos-rules.ts";

test("a container's rules are found by their chain and whole comment", () => {
  const rule = (chain: string, id: string) =>
    `-A ${chain} ! -i br0 -p tcp -m tcp --dport 80 -m comment --comment "container_id: ${id}" -j DNAT --to-destination 10.0.0.2:80`;
  const rules = [
    rule("MESOS", "c1"),
    rule("MESOS", "c1.child"),
    rule("MESOS", "c"),
    rule("MESOS2", "c1"),
    "-A PREROUTING -m addrtype --dst-type LOCAL -j MESOS",
  ];
  assert.deepEqual(rulesOfContainer(rules, "MESOS", "c1"), [rules[0]]);
});
