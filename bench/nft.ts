// Elements put into a map of nftables: by a netlink batch, by an nft that stays, by an nft for each change.
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { NetlinkProtocol, NetlinkSocket } from "@fairlead/netlink";
import {
  addElements,
  addSet,
  addTable,
  be16,
  deleteElements,
  type NftSet,
  transact,
  u8,
} from "@fairlead/netlink/nftables";

const INSIDE = "FAIRLEAD_BENCH_INSIDE";
/** Elements at a time, and how often each way is tried. */
const SIZES = [
  { count: 1, rounds: { netlink: 500, stays: 200, exec: 50 } },
  { count: 200, rounds: { netlink: 100, stays: 50, exec: 30 } },
  { count: 5000, rounds: { netlink: 20, stays: 10, exec: 10 } },
] as const;

const ports: NftSet = {
  family: "ip",
  table: "bench",
  name: "ports",
  key: ["inet_proto", "inet_service"],
  data: ["ipv4_addr", "inet_service"],
};

interface Way {
  readonly add: (count: number) => void | Promise<void>;
  readonly rounds: number;
}

if (process.env[INSIDE] === undefined) {
  const env = { ...process.env, [INSIDE]: "1" };
  const argv = ["--net", "--", process.execPath, ...process.execArgv, import.meta.filename];
  process.exitCode = spawnSync("unshare", argv, { stdio: "inherit", env }).status ?? 1;
} else {
  await compare();
}

async function compare(): Promise<void> {
  using socket = NetlinkSocket.open(NetlinkProtocol.netfilter);
  transact(socket, [addTable({ family: "ip", name: "bench" }), addSet(ports)]);
  const resident = spawn("nft", ["--interactive"], { stdio: ["pipe", "pipe", "inherit"] });
  console.log("elements   netlink batch    nft that stays         nft by exec    (median ms; times the batch's)");
  for (const { count, rounds } of SIZES) {
    const ways: Record<string, Way> = {
      netlink: { rounds: rounds.netlink, add: (n) => transact(socket, addElements(ports, elements(n))) },
      stays: { rounds: rounds.stays, add: (n) => tell(resident, nftCommand(n)) },
      exec: { rounds: rounds.exec, add: (n) => execNft(nftCommand(n)) },
    };
    const medians: number[] = [];
    for (const way of Object.values(ways)) medians.push(await median(socket, count, way));
    const [netlink = 0] = medians;
    const columns = medians.map((ms) => `${ms.toFixed(3).padStart(9)} (${(ms / netlink).toFixed(1)})`.padStart(18));
    console.log(`${String(count).padStart(8)}${columns.join("")}`);
  }
  resident.stdin?.end();
  await once(resident, "exit");
}

async function median(socket: NetlinkSocket, count: number, { add, rounds }: Way): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    await add(count);
    times.push(performance.now() - start);
    // fails unless all of them are there
    const keys = elements(count).map(({ key }) => key);
    transact(socket, deleteElements(ports, keys));
  }
  return times.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0;
}

function elements(count: number) {
  return Array.from({ length: count }, (_, i) => ({
    key: [u8(6), be16(1024 + i)],
    data: [Buffer.from([10, 1, i >> 8, i & 0xff]), be16(80)],
    comment: `blue 2f0c5d5e-0d4b-4e06-8b1e-0f5d3a1b7c11 eth0`,
  }));
}

function nftCommand(count: number): string {
  const list = elements(count).map(({ comment }, i) => {
    return `tcp . ${1024 + i} comment "${comment}" : 10.1.${i >> 8}.${i & 0xff} . 80`;
  });
  return `add element ip bench ports { ${list.join(", ")} }`;
}

/** What is asked behind the command is answered when it is done. */
async function tell(nft: ChildProcess, command: string): Promise<void> {
  assert.ok(nft.stdin !== null && nft.stdout !== null);
  nft.stdin.write(`${command}\nlist tables\n`);
  for (let answer = ""; !answer.includes("table ip bench\n"); ) answer += String((await once(nft.stdout, "data"))[0]);
}

function execNft(command: string): void {
  const { status, stderr } = spawnSync("nft", ["-f", "-"], { input: command, encoding: "utf8" });
  assert.equal(status, 0, stderr);
}
