import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { isIPv6 } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { ContainerInfo_Type } from "@fairlead/mesos-api";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { addressesOf, shellTask } from "../support/framework.ts";
import { masterState } from "../support/state.ts";
import { Cluster } from "./cluster.ts";
import { HOST, OUTSIDE, Outside } from "./outside.ts";

inHostLikeNamespaces(import.meta.filename);

const PORT = 8080;
const HOST_PORT = 31_063;
/** For tasks that are a Node.js program. */
const RESOURCES = "cpus:0.1;mem:128";

const program = (file: string, ...args: readonly (string | number)[]) =>
  [process.execPath, join(import.meta.dirname, file), ...args].join(" ");
const url = (host: string, port = PORT) => `http://${isIPv6(host) ? `[${host}]` : host}:${port}/`;
/** Who a server on `::` sees. */
const seen = (address: string) => (isIPv6(address) ? `${address}\n` : `::ffff:${address}\n`);
const get = async (host: string, port?: number) => await (await fetch(url(host, port))).text();

test("traffic", async (t) => {
  const outside = await Outside.connect(t);
  const cluster = await Cluster.start(t);
  const { workspace } = cluster;
  const network = (name: string, subnets: string[], ...chained: object[]) => {
    const routes = [{ dst: "0.0.0.0/0" }, { dst: "::/0" }].slice(0, subnets.length);
    const ipam = { ...workspace.hostLocal(...subnets), routes };
    const bridge = { type: "bridge", bridge: `br-${name}`, isGateway: true, ipMasq: true, hairpinMode: true, ipam };
    workspace.network({ cniVersion: "1.0.0", name, plugins: [bridge, ...chained] });
  };
  network("four", ["10.61.0.0/24"]);
  network("both", ["10.63.0.0/24", "fd63::/64"], { type: "portmap", capabilities: { portMappings: true } });
  workspace.bridge("six", "fd62::/64");

  /** What a task prints that fetches from `urls`, and its addresses. */
  const fetched = async (id: string, networks: readonly string[], ...urls: readonly string[]) => {
    const client = shellTask(id, `exec ${program("web-client.ts", ...urls)}`, { networks, resources: RESOURCES });
    const { status, stdout, stderr } = await cluster.finish(client);
    assert.equal(stderr, "", status.message);
    return { stdout, addresses: addressesOf(status) };
  };

  const portMappings = ["tcp", "UDP"].map((protocol) => ({ hostPort: HOST_PORT, containerPort: PORT, protocol }));
  const web = await cluster.run(
    shellTask("web", `exec ${program("web-server.ts", PORT)}`, {
      resources: RESOURCES,
      container: {
        type: ContainerInfo_Type.MESOS,
        networkInfos: [{ name: "both", portMappings }, { name: "four" }, { name: "six" }],
      },
    }),
  );
  const [both4, both6, four, six] = addressesOf(web.status) as [string, string, string, string];

  await t.test("containers reach each other at the addresses that the master's state tells", async () => {
    const task = (await masterState()).frameworks.flatMap(({ tasks }) => tasks).find(({ id }) => id === "web");
    const told = task!.statuses.at(-1)!.container_status!.network_infos!.flatMap((info) => info.ip_addresses!);
    assert.deepEqual(
      told.map(({ ip_address }) => ip_address),
      [both4, both6, four, six],
    );
    for (const [id, networks, hosts] of [
      ["client-four", ["four"], [four]],
      ["client-all", ["six", "four", "both"], [six, four, both4, both6]],
    ] as const) {
      const { stdout, addresses } = await fetched(id, networks, ...hosts.map((host) => url(host)));
      assert.equal(stdout, addresses.map(seen).join(""));
    }
  });

  await t.test("the host reaches a container at every address", async () => {
    for (const [host, gateway] of [
      [both4, "10.63.0.1"],
      [both6, "fd63::1"],
      [four, "10.61.0.1"],
      [six, "fd62::1"],
    ] as const) {
      assert.equal(await get(host), seen(gateway));
    }
  });

  await t.test("a container pings its gateway, another container and itself, whoever it runs as", async () => {
    const targets = [both4, both6, "10.63.0.1", "fd63::1", "127.0.0.1", "::1"];
    const value = targets.map((to) => `ping -c 1 -W 5 ${to}`).join(" && ");
    await cluster.output(shellTask("ping", value, { networks: ["both"] }));
    const nobody = { networks: ["both"], command: { value, user: "nobody" } };
    await cluster.output(shellTask("ping-nobody", "", nobody));
  });

  await t.test("a container reaches a server on the host", async () => {
    const onHost = createServer((request, response) => response.end(`${request.socket.remoteAddress}\n`));
    onHost.listen(0, "::");
    t.after(() => onHost.close());
    await once(onHost, "listening");
    const { port } = onHost.address() as AddressInfo;
    const { stdout, addresses } = await fetched("to-host", ["both"], url("10.63.0.1", port), url("fd63::1", port));
    assert.equal(stdout, addresses.map(seen).join(""));
  });

  await t.test("a container reaches the outside, which sees the host", async () => {
    outside.spawn(t, process.execPath, join(import.meta.dirname, "web-server.ts"), String(PORT));
    const { stdout } = await fetched("to-outside", ["both"], url(OUTSIDE.ip), url(OUTSIDE.ip6));
    assert.equal(stdout, seen(HOST.ip) + seen(HOST.ip6));
  });

  await t.test(
    "a mapped port is reached from the host, from outside and from a container, over TCP and UDP",
    async () => {
      for (const host of ["127.0.0.1", HOST.ip, HOST.ip6]) assert.match(await get(host, HOST_PORT), /\n$/);
      const hosts = [HOST.ip, HOST.ip6].map((host) => url(host, HOST_PORT));
      const client = [process.execPath, join(import.meta.dirname, "web-client.ts")];
      assert.equal(await outside.run(...client, ...hosts), seen(OUTSIDE.ip) + seen(OUTSIDE.ip6));
      const { stdout } = await fetched("hairpin", ["both"], ...hosts);
      assert.equal(stdout.split("\n").length, 3);
      const socket = createSocket("udp4");
      socket.send("ping", HOST_PORT, HOST.ip);
      const [message] = await once(socket, "message");
      assert.equal(String(message), "ping");
      socket.close();
    },
  );

  await t.test("when the task is gone, its ports are closed", async () => {
    await cluster.kill("web");
    for (const host of ["127.0.0.1", HOST.ip, HOST.ip6]) await assert.rejects(fetch(url(host, HOST_PORT)), host);
  });
});
