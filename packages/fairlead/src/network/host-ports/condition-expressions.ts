import {
  bitwise,
  compare,
  field,
  interfaceName,
  loadAddressType,
  loadMeta,
  loadPayload,
  type NftExpression,
  u8,
  u32,
} from "@fairlead/netlink/nftables";
import { ADDRESS_TYPES, type Condition } from "./condition.ts";

/** The beginning of a rule that goes on only for packets that meet all conditions. */
export function conditionExpressions(conditions: readonly Condition[]): NftExpression[] {
  return conditions.flatMap(toExpressions);
}

function toExpressions(condition: Condition): NftExpression[] {
  const operator = condition.isNegated ? "!=" : "==";
  switch (condition.match) {
    case "source":
    case "destination": {
      const { address, mask } = condition;
      const end = condition.match === "source" ? field.sourceAddress : field.destinationAddress;
      const network = address.bytes.map((byte, index) => byte & (mask[index] ?? 0));
      return [loadPayload(end[address.family === 4 ? "ip" : "ip6"]), bitwise(mask), compare(operator, network)];
    }
    case "inputInterface":
      return [loadMeta("iifname"), compare(operator, nameOrPrefix(condition.name))];
    case "outputInterface":
      return [loadMeta("oifname"), compare(operator, nameOrPrefix(condition.name))];
    case "sourceType":
      return [loadAddressType("source"), compare(operator, u32(ADDRESS_TYPES[condition.type]))];
    case "destinationType":
      return [loadAddressType("destination"), compare(operator, u32(ADDRESS_TYPES[condition.type]))];
    case "mark":
      return [loadMeta("mark"), bitwise(u32(condition.mask)), compare(operator, u32(condition.value))];
    case "protocol":
      return [loadMeta("l4proto"), compare(operator, u8(condition.protocol))];
  }
}

/** What to compare with: the whole field, or as much of it as counts. */
function nameOrPrefix(name: string): Buffer {
  return name.endsWith("+") ? Buffer.from(name.slice(0, -1)) : interfaceName(name);
}
