import assert from "node:assert/strict";
import { test } from "node:test";
import type { DescMessage } from "@bufbuild/protobuf";
import { agent, master, scheduler } from "@fairlead/mesos-api";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { Workspace } from "../support/workspace.ts";
import { AGENT_PORT, ask, MASTER_PORT } from "./wire/ask.ts";
import { assertV1Binary, assertV1Json } from "./wire/conformance.ts";
import { ENCODINGS, type Encoding, encode, MEDIA_TYPES } from "./wire/encoding.ts";
import { onNetworks, ports, scalar, task } from "./wire/tasks.ts";
import { WireFramework } from "./wire/wire-framework.ts";

inHostLikeNamespaces(import.meta.filename);

/** A task that asks for much of what a message can say. */
const RICH = {
  resources: [scalar("cpus", 0.1), scalar("mem", 32), scalar("disk", 5), ports(31000, 31001)],
  limits: { cpus: { value: 1 }, mem: { value: 64 } },
  labels: { labels: [{ key: "a", value: "b" }, { key: "bare" }] },
  kill_policy: { grace_period: { nanoseconds: 1_000_000_000 } },
  discovery: {
    visibility: "EXTERNAL",
    name: "d",
    ports: { ports: [{ number: 80, name: "http", protocol: "tcp", visibility: "CLUSTER" }] },
  },
  container: {
    type: "MESOS",
    hostname: "rich",
    network_infos: [
      { name: "blue", labels: { labels: [{ key: "n", value: "1" }] }, groups: ["g"] },
      { name: "green", port_mappings: [{ host_port: 31000, container_port: 80, protocol: "tcp" }] },
    ],
  },
};

test("rule 18: v1 messages hold nothing that Mesos does not have", async (t) => {
  const workspace = new Workspace(t);
  workspace.bridge("blue", "10.96.0.0/24");
  workspace.network({
    cniVersion: "1.0.0",
    name: "green",
    plugins: [
      { type: "bridge", bridge: "br-green", isGateway: true, ipam: workspace.hostLocal("10.97.0.0/24", "fd97::/64") },
      { type: "portmap", capabilities: { portMappings: true } },
    ],
  });
  await workspace.startLocal("--agents=2", "--attributes=rack:r1;zone:2;span:[1-5]");

  for (const encoding of ENCODINGS) {
    await t.test(`rule 18: every event of a busy framework, in ${encoding}`, async () => {
      await using framework = await WireFramework.subscribe({
        encoding,
        info: {
          failover_timeout: 3600,
          checkpoint: true,
          capabilities: [
            ...["MULTI_ROLE", "RESERVATION_REFINEMENT", "PARTITION_AWARE", "TASK_KILLING_STATE"].map((type) => ({
              type,
            })),
          ],
        },
      });
      await framework.launch(
        task("rich", "sleep 1000", RICH),
        task("fails", "exit 7"),
        task("finds-no-network", "true", onNetworks("nowhere")),
        task("is-refused", "true", { resources: [] }),
      );
      await framework.update("rich", "TASK_RUNNING");
      await framework.update("fails", "TASK_FAILED");
      await framework.update("finds-no-network", "TASK_FAILED");
      await framework.update("is-refused", "TASK_ERROR");
      await framework.call({ type: "RECONCILE", reconcile: { tasks: [] } });
      await framework.call({ type: "RECONCILE", reconcile: { tasks: [{ task_id: { value: "none" } }] } });
      await framework.call({
        type: "RECONCILE_OPERATIONS",
        reconcile_operations: { operations: [{ operation_id: { value: "op" } }] },
      });
      await framework.kill("rich");
      await framework.update("rich", "TASK_KILLED");
      const failedOver = await WireFramework.subscribe({
        encoding,
        info: { failover_timeout: 3600, checkpoint: true, id: { value: framework.id } },
      });
      await framework.untilEnded();
      await failedOver.teardown();

      const types = new Set(framework.events.map(({ type }) => type));
      const expected = ["ERROR", "HEARTBEAT", "OFFERS", "SUBSCRIBED", "UPDATE", "UPDATE_OPERATION_STATUS"];
      assert.deepEqual([...types].filter((type) => type !== "RESCIND").toSorted(), expected);
      for (const record of [...framework.records, ...failedOver.records]) {
        assertConforms(encoding, scheduler.EventSchema, record);
      }
    });

    await t.test(`rule 18: answers of the operator APIs, in ${encoding}`, async () => {
      await using framework = await WireFramework.subscribe({ info: { checkpoint: true } });
      await framework.launch(task("rich", "sleep 1000", RICH), task("done", "true"));
      await framework.update("rich", "TASK_RUNNING");
      await framework.update("done", "TASK_FINISHED");
      for (const { port, api } of [
        { port: MASTER_PORT, api: master },
        { port: AGENT_PORT, api: agent },
      ]) {
        let served = 0;
        for (const { name: type } of api.Call_TypeSchema.values) {
          // the answer to this one never ends
          if (type === "SUBSCRIBE") continue;
          const answer = await ask({
            port,
            path: "/api/v1",
            headers: { "Content-Type": MEDIA_TYPES[encoding], Accept: MEDIA_TYPES[encoding] },
            body: encode(encoding, api.CallSchema, { type, get_metrics: {} }),
          });
          // 501: not served yet; 400: it needs more than a type
          if (answer.status === 501) assert.match(answer.text, type === "UNKNOWN" ? /501/ : new RegExp(type));
          else if (answer.status !== 200) assert.match(answer.text, /^Failed to validate \w+::Call: Expecting '/, type);
          else {
            assertConforms(encoding, api.ResponseSchema, answer.body);
            served++;
          }
        }
        assert.ok(served >= 5, `${served} calls of port ${port}`);
      }
    });
  }

  await t.test("times in nanoseconds keep all their digits", async () => {
    const headers = { "Content-Type": "application/json" };
    const { text } = await ask({ path: "/api/v1", headers, body: '{"type":"GET_AGENTS"}' });
    const found = [...text.matchAll(/"registered_time":\{"nanoseconds":(\d+)\}/g)].map(([, digits]) => BigInt(digits!));
    assert.equal(found.length, 2);
    const now = BigInt(Date.now()) * 1_000_000n;
    // beyond 2^53, and of this hour
    for (const nanoseconds of found) assert.ok(nanoseconds <= now && now - nanoseconds < 3_600_000_000_000n);
  });
});

function assertConforms(encoding: Encoding, schema: DescMessage, bytes: Buffer): void {
  if (encoding === "json") assertV1Json(schema, bytes.toString("utf8"));
  else assertV1Binary(schema, bytes);
}
