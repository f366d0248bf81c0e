import assert from "node:assert/strict";

/** What a DNS server learns of a running task. */
export interface DnsTask {
  readonly framework: string;
  readonly name: string;
  /** Where its agent is. */
  readonly agentAddress: string;
  /** Of the latest TASK_RUNNING by its time, in order. */
  readonly addresses: readonly string[];
  readonly ports: readonly number[];
  readonly discovery: { readonly name: string; readonly ports: readonly DiscoveryPort[] } | undefined;
}

interface DiscoveryPort {
  readonly number: number;
  readonly name: string;
  readonly protocol: string;
}

/**
 * Reads a master's `/state` as a DNS server in a language with fixed types does: a key of another type than it expects costs it the whole
 * document, a process id that it cannot parse too, and a text of ports that is not in the one known form ends the process.
 */
export function readDnsState(text: string): { readonly leader: string; readonly tasks: readonly DnsTask[] } {
  const state = object(JSON.parse(text), "state");
  const leader = string(state, "leader");
  assert.match(leader, /^master@\d+\.\d+\.\d+\.\d+:\d+$/, "a leader is never empty");
  const agents = new Map<string, string>();
  for (const slave of list(state, "slaves")) {
    string(slave, "hostname");
    agents.set(string(slave, "id"), parsePid(string(slave, "pid")));
  }
  const tasks: DnsTask[] = [];
  for (const framework of list(state, "frameworks")) {
    const name = string(framework, "name");
    string(framework, "hostname");
    // one that is there is parsed, and "" is none
    if ("pid" in framework) parsePid(string(framework, "pid"));
    for (const task of list(framework, "tasks")) {
      const read = readTask(task, name, agents);
      if (string(task, "state") === "TASK_RUNNING") tasks.push(read);
    }
  }
  return { leader, tasks };
}

function readTask(task: JsonObject, framework: string, agents: ReadonlyMap<string, string>): DnsTask {
  const agentAddress = agents.get(string(task, "slave_id"));
  assert.ok(agentAddress, "a task on an agent that is not there");
  string(task, "id");
  string(task, "framework_id");
  readLabels(task, "labels");
  return {
    framework,
    name: string(task, "name"),
    agentAddress,
    addresses: readAddresses(list(task, "statuses")),
    ports: parsePorts(optionalString(object(task.resources, "resources"), "ports") ?? ""),
    discovery: task.discovery === undefined ? undefined : readDiscovery(object(task.discovery, "discovery")),
  };
}

function readAddresses(statuses: readonly JsonObject[]): string[] {
  let latest: { readonly timestamp: number; readonly addresses: string[] } = { timestamp: -1, addresses: [] };
  for (const status of statuses) {
    readLabels(status, "labels");
    const container = status.container_status === undefined ? {} : object(status.container_status, "container_status");
    const addresses = optionalList(container, "network_infos").flatMap((network) => {
      optionalString(network, "name");
      readLabels(network, "labels");
      return optionalList(network, "ip_addresses").map((address) => string(address, "ip_address"));
    });
    const timestamp = number(status, "timestamp");
    if (string(status, "state") === "TASK_RUNNING" && timestamp > latest.timestamp) latest = { timestamp, addresses };
  }
  return latest.addresses;
}

/** Discovery has the shape of the message: its lists are one level deeper than elsewhere. */
function readDiscovery(discovery: JsonObject): NonNullable<DnsTask["discovery"]> {
  assert.ok(["FRAMEWORK", "CLUSTER", "EXTERNAL"].includes(string(discovery, "visibility")));
  for (const key of ["version", "location", "environment"]) optionalString(discovery, key);
  if (discovery.labels !== undefined) readLabels(object(discovery.labels, "labels"), "labels");
  const ports = discovery.ports === undefined ? [] : optionalList(object(discovery.ports, "ports"), "ports");
  return {
    name: optionalString(discovery, "name") ?? "",
    ports: ports.map((port) => {
      if (port.labels !== undefined) readLabels(object(port.labels, "labels"), "labels");
      const value = number(port, "number");
      assert.ok(Number.isInteger(value));
      return {
        number: value,
        name: optionalString(port, "name") ?? "",
        protocol: optionalString(port, "protocol") ?? "",
      };
    }),
  };
}

function readLabels(owner: JsonObject, key: string): void {
  for (const label of optionalList(owner, key)) {
    string(label, "key");
    optionalString(label, "value");
  }
}

/** The ports of a text like `[31000-31001, 31005-31005]`; nothing and `[]` are none. */
export function parsePorts(text: string): number[] {
  if (text === "" || text === "[]") return [];
  assert.match(text, /^\[\d+-\d+(, \d+-\d+)*\]$/, "ports");
  return text
    .slice(1, -1)
    .split(", ")
    .flatMap((range) => {
      const [begin, end] = range.split("-").map(Number) as [number, number];
      return Array.from({ length: end - begin + 1 }, (_, i) => begin + i);
    });
}

/** The address of `slave(1)@ip:port`. */
function parsePid(text: string): string {
  const match = /^[^@]+@(\d+\.\d+\.\d+\.\d+):\d+$/.exec(text);
  assert.ok(match, `no process id: '${text}'`);
  return match[1]!;
}

type JsonObject = Readonly<Record<string, unknown>>;

function object(value: unknown, what: string): JsonObject {
  assert.ok(typeof value === "object" && value !== null && !Array.isArray(value), `${what} is no object`);
  return value as JsonObject;
}

function list(owner: JsonObject, key: string): readonly JsonObject[] {
  const value = owner[key];
  assert.ok(Array.isArray(value), `${key} is no array`);
  return value.map((item) => object(item, key));
}

function optionalList(owner: JsonObject, key: string): readonly JsonObject[] {
  return key in owner ? list(owner, key) : [];
}

function string(owner: JsonObject, key: string): string {
  const value = owner[key];
  assert.equal(typeof value, "string", `${key} is no text`);
  return value as string;
}

function optionalString(owner: JsonObject, key: string): string | undefined {
  return key in owner ? string(owner, key) : undefined;
}

function number(owner: JsonObject, key: string): number {
  const value = owner[key];
  assert.equal(typeof value, "number", `${key} is no number`);
  return value as number;
}
