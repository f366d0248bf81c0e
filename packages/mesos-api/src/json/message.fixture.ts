import {
  create,
  type DescField,
  type DescMessage,
  type MessageInitShape,
  type MessageShape,
  ScalarType,
} from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";
import fc from "fast-check";

/** Deeper messages hold what they must, and no more. */
const MAX_DEPTH = 4;

/** Any message of a schema that has its required fields. */
export function anyMessage<Desc extends DescMessage>(schema: Desc): fc.Arbitrary<MessageShape<Desc>> {
  return anyInit(schema, 0).map((init) => create(schema, init as MessageInitShape<Desc>));
}

function anyInit(desc: DescMessage, depth: number): fc.Arbitrary<Record<string, unknown>> {
  const members = desc.members.flatMap((member): [string, fc.Arbitrary<unknown>][] => {
    if (member.kind === "oneof") {
      const cases = member.fields.map((field) =>
        anyValue(field, depth).map((value) => ({ case: field.localName, value })),
      );
      return [[member.localName, fc.option(fc.oneof(...cases), { nil: undefined })]];
    }
    const isRequired = member.presence === FeatureSet_FieldPresence.LEGACY_REQUIRED;
    if (!isRequired && depth >= MAX_DEPTH) {
      return [];
    }
    return [[member.localName, isRequired ? anyField(member, depth) : sometimes(member, depth)]];
  });
  return fc.record(Object.fromEntries(members));
}

function sometimes(field: DescField, depth: number): fc.Arbitrary<unknown> {
  return fc.option(anyField(field, depth), { freq: 1, nil: undefined });
}

function anyField(field: DescField, depth: number): fc.Arbitrary<unknown> {
  switch (field.fieldKind) {
    case "list":
      return fc.array(anyValue(field, depth), { maxLength: 2 });
    case "map":
      return fc.dictionary(fc.string({ minLength: 1, maxLength: 3 }), anyValue(field, depth), { maxKeys: 2 });
    default:
      return anyValue(field, depth);
  }
}

function anyValue(field: DescField, depth: number): fc.Arbitrary<unknown> {
  if (field.message !== undefined) {
    const desc = field.message;
    return fc.constant(undefined).chain(() => anyInit(desc, depth + 1));
  }
  if (field.enum !== undefined) {
    return fc.constantFrom(...field.enum.values.map((value) => value.number));
  }
  return anyScalar(field.scalar);
}

function anyScalar(type: ScalarType | undefined): fc.Arbitrary<unknown> {
  switch (type) {
    case ScalarType.STRING:
      return fc.string({ unit: "grapheme", maxLength: 8 });
    case ScalarType.BYTES:
      return fc.uint8Array({ maxLength: 8 });
    case ScalarType.BOOL:
      return fc.boolean();
    case ScalarType.DOUBLE:
      return fc.double({ noNaN: true });
    case ScalarType.INT64:
      return fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n);
    case ScalarType.UINT64:
      return fc.bigInt(0n, 2n ** 64n - 1n);
    case ScalarType.UINT32:
      return fc.nat(2 ** 32 - 1);
    case ScalarType.INT32:
      return fc.integer();
    default:
      throw new TypeError(`No values of type ${type}`);
  }
}
