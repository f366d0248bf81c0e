import {
  addAddress,
  addRoute,
  changeLink,
  createBridge,
  createVeth,
  findLink,
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
    for (const container of containers) {
      // the first turn only fills the pool
      const result = await (done < 0 ? new Samples() : own).time(() => container.add(list));
      await container.del(list, result);
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

/** The changes of an ADD, and nothing else. */
class KernelFloor {
  readonly #host = NetlinkSocket.open(NetlinkProtocol.route);
  readonly #bridge: number;
  #count = 0;

  constructor() {
    this.#host.request(createBridge({ name: "floor", up: true }));
    this.#bridge = findLink(this.#host, "floor")?.index ?? 0;
  }

  async measure(samples: Samples, count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      using namespace = NetworkNamespace.create();
      using inside = namespace.enter(() => NetlinkSocket.open(NetlinkProtocol.route));
      const name = `floor${this.#count++}`;
      this.#host.request(createVeth({ name, peer: { name, namespaceFd: namespace.fd } }));
      const [host, container] = [findLink(this.#host, name)?.index ?? 0, findLink(inside, name)?.index ?? 0];
      await samples.time(() => this.#attach(inside, host, container));
    }
  }

  close(): void {
    this.#host.close();
  }

  #attach(inside: NetlinkSocket, host: number, container: number): void {
    const address = { family: 4, bytes: Uint8Array.of(10, 115, this.#count >> 8, this.#count & 0xff) } as const;
    const gateway = { family: 4, bytes: Uint8Array.of(10, 115, 255, 254) } as const;
    this.#host.requestAll([
      changeLink(host, { name: `on${host}`, master: this.#bridge, alias: "floor", linkLocal: false }),
      changeLink(host, { up: true }),
    ]);
    inside.requestAll([
      changeLink(container, { name: "eth0" }),
      changeLink(container, { linkLocal: false }),
      changeLink(container, { up: true }),
      addAddress(container, { address, prefixLength: 16 }),
      addRoute({ gateway, index: container }),
    ]);
  }
}
