import assert from "node:assert/strict";
import { test } from "node:test";
import { taskTable } from "./task-list.ts";

test("a row for each task, with the addresses of its newest status that has some", () => {
  const status = (...network_infos: object[]) => ({ container_status: { network_infos } });
  assert.equal(
    taskTable([
      {
        id: "web.1",
        name: "web",
        state: "TASK_RUNNING",
        slave_id: "m-S0",
        statuses: [
          status({ name: "blue", ip_addresses: [{ ip_address: "10.1.0.1" }] }),
          status(
            { name: "blue", ip_addresses: [{ ip_address: "10.1.0.7" }, { ip_address: "fd00::7" }] },
            { name: "green", ip_addresses: [{ ip_address: "10.2.0.3" }] },
            { name: "none" },
          ),
          {},
        ],
      },
      {
        id: "host.1",
        name: "host",
        state: "TASK_FINISHED",
        slave_id: "m-S1",
        statuses: [status({ ip_addresses: [{ ip_address: "192.0.2.2" }] })],
      },
      { id: "new", name: "", state: "TASK_STAGING", slave_id: "m-S1" },
    ]),
    [
      "ID      NAME  STATE          AGENT  ADDRESSES",
      "web.1   web   TASK_RUNNING   m-S0   blue 10.1.0.7 fd00::7, green 10.2.0.3",
      "host.1  host  TASK_FINISHED  m-S1   192.0.2.2",
      "new           TASK_STAGING   m-S1",
      "",
    ].join("\n"),
  );
});
