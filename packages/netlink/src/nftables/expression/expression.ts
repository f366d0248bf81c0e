import type { AttributeWriter } from "../../message/attribute-writer.ts";

const NFTA_LIST_ELEM = 1;
const NFTA_EXPR_NAME = 1;
const NFTA_EXPR_DATA = 2;

/** One step of a rule: loads something, compares it and breaks off the rule, decides, … Made by the functions of this folder. */
export interface NftExpression {
  /** The kernel's name of its kind: `payload`, `cmp`. */
  readonly kind: string;
  /** Writes its attributes. */
  readonly write: (writer: AttributeWriter) => void;
}

/** Writes the contents of an NFTA_RULE_EXPRESSIONS. */
export function writeExpressions(writer: AttributeWriter, expressions: readonly NftExpression[]): void {
  for (const { kind, write } of expressions) {
    writer.nested(
      NFTA_LIST_ELEM,
      (element) => element.string(NFTA_EXPR_NAME, kind).nested(NFTA_EXPR_DATA, write, { flagged: true }),
      { flagged: true },
    );
  }
}
