// A project of somebody else's, which installed the packages: test/packages/npm-pack.test.ts compiles and runs it.
import assert from "node:assert/strict";
import { addNetworkList, CniError, containerIps, loadNetworkConfigs, parseNetworkConfig } from "@fairlead/cni";
import { recordingExec } from "@fairlead/cni/testing";
import {
  type AgentClient,
  agentClient,
  create,
  encodeRecord,
  fromBinary,
  parseResources,
  RecordDecoder,
  Resources,
  readJson,
  SchedulerClient,
  scheduler,
  TaskState,
  type TaskStatus,
  TaskStatusSchema,
  toBinary,
  v0,
  writeJson,
} from "@fairlead/mesos-api";
import { TaskSchema } from "@fairlead/mesos-api/gen/mesos/v1/task_pb";
import {
  addAddress,
  type LinkEvent,
  listLinks,
  type NetlinkError,
  NetlinkProtocol,
  type NetlinkRequest,
  NetlinkSocket,
  watchLinks,
} from "@fairlead/netlink";

const status: TaskStatus = create(TaskStatusSchema, { taskId: { value: "t" }, state: TaskState.TASK_RUNNING });
const text = writeJson(TaskStatusSchema, status);
assert.equal(text, '{"task_id":{"value":"t"},"state":"TASK_RUNNING"}');
assert.deepEqual(readJson(TaskStatusSchema, text), fromBinary(TaskStatusSchema, toBinary(TaskStatusSchema, status)));

const event = create(scheduler.EventSchema, { type: scheduler.Event_Type.HEARTBEAT });
const records: Uint8Array[] = new RecordDecoder().decode(encodeRecord(toBinary(scheduler.EventSchema, event)));
assert.equal(records.length, 1);

const resources = Resources.of(parseResources("cpus:4;ports:[31000-31001]", { defaultRole: "*" }));
assert.equal(resources.scalar("cpus"), 4);
assert.equal(v0.jsonString("x"), '"x"');
assert.equal(TaskSchema.typeName, "mesos.v1.Task");

const client = new SchedulerClient("127.0.0.1:1", { mediaType: "application/json" });
await assert.rejects(client.call({ type: scheduler.Call_Type.REVIVE }));
await client.close();
const agent: AgentClient = agentClient("127.0.0.1:1");
await agent.close();

const network = parseNetworkConfig({ cniVersion: "1.0.0", name: "n", type: "bridge" });
const exec = recordingExec(() => ({ cniVersion: "1.0.0", ips: [{ address: "10.0.0.2/24" }] }));
const container = { containerId: "c", netns: "/run/netns/c", ifName: "eth0" };
const { result } = await addNetworkList(exec, network, container);
assert.deepEqual(
  containerIps(result).map(({ address }) => address),
  ["10.0.0.2/24"],
);
await assert.rejects(
  loadNetworkConfigs("/nowhere"),
  (error) => error instanceof CniError && error.code === "CNI_CONFIG_UNREADABLE",
);

using socket = NetlinkSocket.open(NetlinkProtocol.route);
assert.ok(listLinks(socket).some(({ name }) => name === "lo"));
const request: NetlinkRequest = addAddress(1, {
  address: { family: 4, bytes: Uint8Array.of(10, 0, 0, 2) },
  prefixLength: 8,
});
assert.equal(request.operation, "add address 10.0.0.2/8 to link 1");
assert.throws(
  () => addAddress(0, { address: { family: 4, bytes: Uint8Array.of(10, 0, 0, 2) }, prefixLength: 8 }),
  (error: NetlinkError) => error.code === "NETLINK_ARGUMENT_INVALID",
);
// its thread is a file of the package, too
for await (const event of watchLinks()) {
  const { kind }: LinkEvent = event;
  assert.equal(kind, "new");
  break;
}

console.log("ok");
