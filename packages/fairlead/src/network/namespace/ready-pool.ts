import { createVeth, findLink, NetlinkProtocol, NetlinkSocket, type NetworkNamespace } from "@fairlead/netlink";
import { makeContainerNamespace } from "./container-namespace.ts";
import { randomVethName } from "./veth-name.ts";

/** How the names of both ends begin until a plugin renames them: so nobody takes them for a container's. */
const SPARE_PREFIX = "spare";

/** A pair of links that is there before it is asked for; both ends down, under names that are to be changed, the host's on no bridge. */
export interface ReadyVeth {
  /** What the host's end is to be called. */
  readonly hostName: string;
  readonly host: ReadyEnd;
  /** In the container's namespace. */
  readonly container: ReadyEnd;
}

export interface ReadyEnd {
  readonly index: number;
  readonly mac: string;
}

interface Ready {
  readonly namespace: NetworkNamespace;
  readonly veth: ReadyVeth;
}

/**
 * Network namespaces for containers, each with a veth, made when nothing else is to do: that is most of the time that an attachment takes.
 *
 * They are held by nothing but open files of this process: when it ends, however, the kernel takes them away with their links.
 */
export class ReadyPool implements Disposable {
  readonly #host: NetlinkSocket;
  readonly #size: number;
  readonly #ready: Ready[] = [];
  /** Pairs whose namespace was taken, until the plugin comes for them; by the path of the pin. */
  readonly #taken = new Map<string, { readonly namespaceId: string; readonly veth: ReadyVeth }>();

  #isWanted = false;

  /** `size` 0: there is no pool. */
  constructor(host: NetlinkSocket, size: number) {
    this.#host = host;
    this.#size = size;
  }

  /** Whether one was ever asked for. */
  get isWanted(): boolean {
    return this.#isWanted;
  }

  get isFull(): boolean {
    return this.#ready.length >= this.#size;
  }

  /** Makes one more; takes some milliseconds. */
  fillOne(): void {
    const namespace = makeContainerNamespace();
    try {
      this.#ready.push({ namespace, veth: this.#makeVeth(namespace) });
    } catch (error) {
      namespace.close();
      throw error;
    }
  }

  /** A namespace that is going to be pinned at `path`; undefined when none is ready. */
  take(path: string): NetworkNamespace | undefined {
    this.#isWanted = true;
    const ready = this.#ready.shift();
    if (ready === undefined) return undefined;
    this.#taken.set(path, { namespaceId: ready.namespace.id, veth: ready.veth });
    return ready.namespace;
  }

  /** The pair of a namespace that was taken for `path`, once; undefined where there is none, or the namespace is another one by now. */
  takeVeth(path: string, namespace: NetworkNamespace): ReadyVeth | undefined {
    const taken = this.#taken.get(path);
    this.#taken.delete(path);
    return taken?.namespaceId === namespace.id ? taken.veth : undefined;
  }

  /** The namespace at `path` is released: its pair goes with it. */
  forget(path: string): void {
    this.#taken.delete(path);
  }

  [Symbol.dispose](): void {
    for (const { namespace } of this.#ready.splice(0)) namespace.close();
  }

  #makeVeth(namespace: NetworkNamespace): ReadyVeth {
    const hostName = randomVethName();
    const name = hostName.replace("veth", SPARE_PREFIX);
    this.#host.request(createVeth({ name, peer: { name, namespaceFd: namespace.fd } }));
    using inside = namespace.enter(() => NetlinkSocket.open(NetlinkProtocol.route));
    return { hostName, host: endOf(this.#host, name), container: endOf(inside, name) };
  }
}

function endOf(socket: NetlinkSocket, name: string): ReadyEnd {
  const link = findLink(socket, name);
  if (link === undefined) throw new Error(`the link ${name} has gone`);
  return { index: link.index, mac: link.mac };
}
