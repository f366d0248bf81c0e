import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { forgetConnections, listConnections, NetlinkProtocol, NetlinkSocket } from "@fairlead/netlink";
import { inHostLikeNamespaces } from "./host-like.ts";

inHostLikeNamespaces(import.meta.filename);

const UDP = 17;

async function udp(t: TestContext, type: "udp4" | "udp6", port?: number): Promise<Socket> {
  const socket = createSocket(type);
  t.after(() => socket.close());
  socket.bind(port, type === "udp4" ? "127.0.0.1" : "::1");
  await once(socket, "listening");
  return socket;
}

/** What the kernel tracks, as its own text: family, protocol and ports of the first packet. */
function tracked(): string[] {
  const lines = readFileSync("/proc/net/nf_conntrack", "utf8").trim().split("\n");
  return lines.map((line) => /^(\S+) +\d+ (\S+) .*?(dport=\d+)/.exec(line)?.slice(1).join(" ") ?? line).toSorted();
}

test("connections of one port, protocol and family are listed and forgotten, and no others", async (t) => {
  // the kernel tracks connections once somebody asks about them
  execFileSync("nft", ["add table inet t; add chain inet t c { type filter hook output priority 0; }"]);
  execFileSync("nft", ["add rule inet t c ct state new counter"]);
  for (const [type, port] of [
    ["udp4", 5353],
    ["udp4", 5354],
    ["udp6", 5353],
  ] as const) {
    const server = await udp(t, type, port);
    for (let i = 0; i < 2; i++) {
      const client = await udp(t, type);
      const received = once(server, "message");
      client.send("hello", port, type === "udp4" ? "127.0.0.1" : "::1");
      await received;
    }
  }
  using socket = NetlinkSocket.open(NetlinkProtocol.netfilter);
  const filter = { family: 4, protocol: UDP, destinationPort: 5353 } as const;
  const localhost = Buffer.from([127, 0, 0, 1]);
  for (const { destination, answeredBy } of listConnections(socket, filter)) {
    assert.deepEqual([destination, answeredBy], [localhost, localhost]);
  }
  assert.equal(listConnections(socket, filter).length, 2);
  assert.equal(listConnections(socket, { ...filter, family: 6 }).length, 2);
  assert.equal(listConnections(socket, { ...filter, protocol: 6 }).length, 0);

  assert.equal(await forgetConnections(socket, filter, ({ answeredBy }) => answeredBy[0] !== 127), 0);
  assert.equal(await forgetConnections(socket, filter), 2);
  assert.equal(await forgetConnections(socket, filter), 0);
  const rest = ["ipv4 udp dport=5354", "ipv4 udp dport=5354", "ipv6 udp dport=5353", "ipv6 udp dport=5353"];
  assert.deepEqual(tracked(), rest);
});
