import type { DescEnum } from "@bufbuild/protobuf";

/** The name of an enum's value as the proto file spells it; the number for a value that it does not have. */
export function enumName(schema: DescEnum, number: number): string {
  return schema.value[number]?.name ?? String(number);
}
