import type { AttributeWriter } from "../message/attribute-writer.ts";
import { listAttributes } from "../message/attributes.ts";
import { requireIndex } from "../rtnetlink/argument.ts";
import { AttributeReader } from "../rtnetlink/attribute-reader.ts";

/** What is done with a packet that a filter matches: it leaves by another link, or a copy of it does. */
export interface Mirred {
  readonly kind: "redirect" | "mirror";
  /** The link that it leaves by. */
  readonly linkIndex: number;
}

/** `TCA_ACT_…`. Source: `include/uapi/linux/pkt_cls.h`. */
const ActionAttribute = { kind: 1, options: 2 } as const;
/** `TCA_MIRRED_PARMS`. Source: `include/uapi/linux/tc_act/tc_mirred.h`. */
const MIRRED_PARAMETERS = 2;
/** `TCA_EGRESS_…`. */
const Way = { redirect: 1, mirror: 2 } as const;
/** `TC_ACT_…`: what becomes of the packet itself. */
const Verdict = { goOn: 3, stolen: 4 } as const;
const PARAMETERS_BYTES = 28;

/** Writes actions, which are done in their order up to the first that takes the packet away. Errors: NETLINK_ARGUMENT_INVALID. */
export function writeActions(writer: AttributeWriter, type: number, actions: readonly Mirred[]): void {
  writer.nested(type, (list) => {
    for (const [index, action] of actions.entries()) {
      list.nested(index + 1, (item) => {
        item.string(ActionAttribute.kind, "mirred");
        const write = (options: AttributeWriter) => options.bytes(MIRRED_PARAMETERS, parameters(action));
        item.nested(ActionAttribute.options, write, { flagged: true });
      });
    }
  });
}

/** Reads actions; those of other kinds are left out. Errors: NETLINK_ANSWER_INVALID. */
export function readActions(bytes: Buffer): Mirred[] {
  return listAttributes(bytes).flatMap(([, item]) => {
    const action = new AttributeReader(item, 0);
    const values = action.nested(ActionAttribute.options).bytes(MIRRED_PARAMETERS);
    if (action.text(ActionAttribute.kind) !== "mirred") return [];
    if (values === undefined || values.length < PARAMETERS_BYTES) return [];
    const way = values.readInt32LE(20);
    if (way !== Way.redirect && way !== Way.mirror) return [];
    return [{ kind: way === Way.redirect ? "redirect" : "mirror", linkIndex: values.readUInt32LE(24) }];
  });
}

/** `struct tc_mirred`: index, capabilities, verdict, two counters, way, link. */
function parameters({ kind, linkIndex }: Mirred): Buffer {
  requireIndex(linkIndex);
  const bytes = Buffer.alloc(PARAMETERS_BYTES);
  bytes.writeInt32LE(kind === "redirect" ? Verdict.stolen : Verdict.goOn, 8);
  bytes.writeInt32LE(Way[kind], 20);
  bytes.writeUInt32LE(linkIndex, 24);
  return bytes;
}
