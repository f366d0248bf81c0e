import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  addAddress,
  addRouteBeside,
  changeLink,
  createBridge,
  createVeth,
  findLink,
  listAddresses,
  NetlinkProtocol,
  NetlinkSocket,
  NetworkNamespace,
} from "@fairlead/netlink";
import type { Report } from "./report.ts";
import { Samples } from "./samples.ts";
import { Side } from "./side.ts";

/** How many namespaces are made before they are used. */
const TURN = 20;
/** Long enough that the pool is full again: it waits until nothing is asked of it. */
const FILLED_MS = 400;

/** ADD where namespace and veth are ready, against the same changes by nothing but netlink, in turns. */
export async function poolAgainstKernel(report: Report, count: number): Promise<void> {
  const side = Side.builtIn({ poolSize: TURN });
  const list = side.bare();
  const floor = new KernelFloor();
  const [own, kernel] = [new Samples(), new Samples()];
  for (let done = -TURN; done < count; done += TURN) {
    const containers = [];
    for (let i = 0; i < TURN; i++) containers.push(await side.container(true));
    const results = [];
    // the first turn only fills the pool
    const samples = done < 0 ? new Samples() : own;
    for (const container of containers) results.push(await samples.time(() => container.add(list)));
    for (const [i, container] of containers.entries()) {
      await container.del(list, results[i] ?? {});
      await container.remove();
    }
    await new Promise((resolve) => setTimeout(resolve, FILLED_MS));
    await floor.measure(done < 0 ? new Samples() : kernel, TURN);
  }
  floor.close();
  await side.close();
  console.log("bridge, host-local, with namespace and veth of the pool");
  report.samples("built-in ADD", own);
  report.samples("the same changes by netlink alone", kernel);
  const times = own.p50 / kernel.p50;
  report.row(
    "ADD from the pool against the kernel's floor",
    `${times.toFixed(2)} times`,
    "at most 2 times",
    times <= 2,
  );
}

/** The netlink calls of an ADD, and nothing else: the same requests in the same order, looks included. */
class KernelFloor {
  readonly #directory = mkdtempSync(join(tmpdir(), "fairlead-bench-"));
  readonly #host = NetlinkSocket.open(NetlinkProtocol.route);
  #count = 0;

  constructor() {
    this.#host.request(createBridge({ name: BRIDGE, up: true }));
    const bridge = { address: ipv4(115, 1), prefixLength: PREFIX_LENGTH };
    this.#host.request(addAddress(indexOf(this.#host, BRIDGE), bridge));
  }

  async measure(samples: Samples, count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const path = join(this.#directory, `ns${this.#count}`);
      const name = `floor${this.#count++}`;
      using namespace = NetworkNamespace.create();
      namespace.pin(path);
      this.#host.request(createVeth({ name, peer: { name, namespaceFd: namespace.fd } }));
      const host = indexOf(this.#host, name);
      const container = namespace.enter(() => {
        using inside = NetlinkSocket.open(NetlinkProtocol.route);
        return indexOf(inside, name);
      });
      await samples.time(() => this.#attach(path, host, container));
      NetworkNamespace.unpin(path);
    }
  }

  close(): void {
    this.#host.close();
    rmSync(this.#directory, { recursive: true });
  }

  #attach(path: string, host: number, container: number): void {
    using namespace = NetworkNamespace.open(path);
    using inside = namespace.enter(() => NetlinkSocket.open(NetlinkProtocol.route));
    const bridge = indexOf(this.#host, BRIDGE);
    listAddresses(this.#host, { index: bridge });
    this.#host.requestAll([
      changeLink(host, { name: `on${host}`, master: bridge, alias: "floor", linkLocal: false }),
      changeLink(host, { up: true }),
    ]);
    const address = { address: ipv4(115, this.#count + 1), prefixLength: PREFIX_LENGTH, noDad: true };
    inside.requestAll([
      changeLink(container, { name: "eth0" }),
      addAddress(container, address),
      changeLink(container, { arpNotify: true, linkLocal: false }),
      changeLink(container, { up: true }),
      addRouteBeside({ gateway: ipv4(115, 1), index: container }),
    ]);
    indexOf(inside, "eth0");
    indexOf(this.#host, `on${host}`);
    indexOf(this.#host, BRIDGE);
  }
}

const BRIDGE = "floor";
const PREFIX_LENGTH = 16;

function indexOf(socket: NetlinkSocket, name: string): number {
  const link = findLink(socket, name);
  if (link === undefined) throw new Error(`there is no link ${name}`);
  return link.index;
}

/** The address of a number in 10.<second>.0.0/16. */
function ipv4(second: number, number: number) {
  return { family: 4, bytes: Uint8Array.of(10, second, number >> 8, number & 0xff) } as const;
}
