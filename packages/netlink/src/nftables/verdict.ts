import type { AttributeWriter } from "../message/attribute-writer.ts";
import { readAttributes, readText } from "../message/attributes.ts";

const NFTA_DATA_VERDICT = 2;
const NFTA_VERDICT_CODE = 1;
const NFTA_VERDICT_CHAIN = 2;

const codes = { drop: 0, accept: 1, continue: -1, jump: -3, goto: -4, return: -5 } as const;

/** What happens to a packet. `jump` comes back after the chain, `goto` does not. */
export type NftVerdict =
  | { readonly kind: "accept" | "drop" | "continue" | "return" }
  | { readonly kind: "jump" | "goto"; readonly chain: string };

/** Writes the contents of an NFTA_…_DATA. */
export function writeVerdict(writer: AttributeWriter, verdict: NftVerdict): void {
  writer.nested(
    NFTA_DATA_VERDICT,
    (nest) => {
      nest.be32(NFTA_VERDICT_CODE, codes[verdict.kind] >>> 0);
      if ("chain" in verdict) nest.string(NFTA_VERDICT_CHAIN, verdict.chain);
    },
    { flagged: true },
  );
}

/** Reads the contents of an NFTA_DATA_VERDICT; undefined for one that this package does not write. */
export function readVerdict(data: Buffer): NftVerdict | undefined {
  const attributes = readAttributes(data);
  const code = attributes.get(NFTA_VERDICT_CODE)?.readInt32BE();
  const chain = attributes.get(NFTA_VERDICT_CHAIN);
  switch (code) {
    case codes.jump:
    case codes.goto:
      if (chain === undefined) return undefined;
      return { kind: code === codes.jump ? "jump" : "goto", chain: readText(chain) };
    case codes.drop:
      return { kind: "drop" };
    case codes.accept:
      return { kind: "accept" };
    case codes.continue:
      return { kind: "continue" };
    case codes.return:
      return { kind: "return" };
    default:
      return undefined;
  }
}
