import type { World } from "./world.ts";

/** What containers have in the host's firewall. */
export interface FirewallState {
  /** Chains and rules of iptables, both families, that belong to one container. */
  readonly iptables: readonly string[];
  /** Whom the elements in the tables of the built-in plugins belong to, by map or set. */
  readonly owners: readonly string[];
}

interface NftObject {
  readonly set?: NftSet;
  readonly map?: NftSet;
}

interface NftSet {
  readonly family: string;
  readonly table: string;
  readonly name: string;
  readonly elem?: readonly unknown[];
}

/** Named after a container, by its hash or its id, or about one address. */
const OF_A_CONTAINER = /CNI-(?:DN-)?[0-9a-f]{12,}|id: |-[sd] (?:10\.61|fd61:)\S*\/(?:32|128) /;

export async function firewallState(world: World): Promise<FirewallState> {
  const saved = await Promise.all(["iptables-save", "ip6tables-save"].map((save) => world.runIn(world.host, save)));
  const listed: { nftables: NftObject[] } = JSON.parse(await world.runIn(world.host, "nft", "-j", "list", "ruleset"));
  const sets = listed.nftables.flatMap(({ set, map }) => set ?? map ?? []).filter(({ table }) => table === "fairlead");
  return {
    iptables: saved
      .join("\n")
      .split("\n")
      .filter((line) => OF_A_CONTAINER.test(line))
      .toSorted(),
    owners: sets
      .flatMap(({ family, name, elem = [] }) => {
        const comments = JSON.stringify(elem).match(/(?<="comment":")[^"]*/g) ?? [];
        // of an attachment: its network, its container, its interface; what is there for the whole network stays
        return comments
          .filter((comment) => comment.split(" ").length === 3)
          .map((comment) => `${family} ${name}: ${comment}`);
      })
      .toSorted(),
  };
}
