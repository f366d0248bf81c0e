import assert from "node:assert/strict";
import { test } from "node:test";
import { agentTable } from "./agent-list.ts";

test("a row for each agent, with what is used of what there is", () => {
  assert.equal(
    agentTable([
      {
        id: "m-S0",
        hostname: "a1.lab",
        pid: "slave(1)@10.0.0.11:5051",
        active: true,
        resources: { cpus: 4, mem: 2048, disk: 1000, ports: "[31000-32000]" },
        used_resources: { cpus: 0.1 + 0.2, mem: 64 },
      },
      { id: "m-S1", hostname: "a2", pid: "slave(1)@a2:5051", active: false, resources: {}, used_resources: {} },
    ]),
    [
      "ID    HOST    ADDRESS         STATE     CPUS   MEM      DISK",
      "m-S0  a1.lab  10.0.0.11:5051  active    0.3/4  64/2048  0/1000",
      "m-S1  a2      a2:5051         inactive  0/0    0/0      0/0",
      "",
    ].join("\n"),
  );
});
