import { execFileSync } from "node:child_process";

interface NftSet {
  readonly family: string;
  readonly table: string;
  readonly name: string;
  readonly elem?: readonly unknown[];
}

/** What containers have in the tables of the built-in plugins, as in `element inet masquerade4: blue c1 eth0`: their elements by owner. */
export function firewallElements(): string[] {
  const listed: { nftables: { set?: NftSet; map?: NftSet }[] } = JSON.parse(
    execFileSync("nft", ["-j", "list", "ruleset"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
  );
  return listed.nftables
    .flatMap(({ set, map }) => set ?? map ?? [])
    .filter(({ table }) => table === "fairlead")
    .flatMap(({ family, name, elem = [] }) => {
      const comments = JSON.stringify(elem).match(/(?<="comment":")[^"]*/g) ?? [];
      return comments.map((comment) => `element ${family} ${name}: ${comment}`);
    })
    .toSorted();
}
