import type { DescField, DescMessage, Message, MessageShape } from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";
import { MAX_MISSING } from "./limits.ts";

type Values = Readonly<Record<string, unknown>>;
/** Adds the paths of what is missing below `path`, which is empty or ends in a dot. */
type Check = (message: Values, path: string, missing: string[]) => void;

/**
 * The required fields that a message lacks, with their paths (`task_infos[0].task_id.value`), in the order that libprotobuf names them;
 * the first 32 of them: a message of some megabytes may lack millions.
 *
 * A reader of binary has to ask for this: `fromBinary` takes messages without their required fields.
 */
export function missingRequired<Desc extends DescMessage>(schema: Desc, message: MessageShape<Desc>): string[] {
  const missing: string[] = [];
  // a generated message has its fields as properties, which its type does not tell
  messageCheck(schema)?.(message as Message as unknown as Values, "", missing);
  return missing.slice(0, MAX_MISSING);
}

/** Compiled checks; undefined for a message that requires nothing, neither itself nor in what it holds. */
const checks = new WeakMap<DescMessage, { check: Check | undefined }>();

function messageCheck(desc: DescMessage): Check | undefined {
  let known = checks.get(desc);
  if (known === undefined) {
    known = { check: requiresAny(desc, new Set()) ? compile(desc) : undefined };
    checks.set(desc, known);
  }
  return known.check;
}

function requiresAny(desc: DescMessage, seen: Set<DescMessage>): boolean {
  if (seen.has(desc)) {
    return false;
  }
  seen.add(desc);
  return desc.fields.some((field) => isRequired(field) || (field.message && requiresAny(field.message, seen)));
}

function isRequired(field: DescField): boolean {
  return field.presence === FeatureSet_FieldPresence.LEGACY_REQUIRED;
}

function compile(desc: DescMessage): Check {
  const required = desc.fields.filter(isRequired);
  let inner: Check[] | undefined;
  return (message, path, missing) => {
    for (const field of required) {
      if (!Object.hasOwn(message, field.localName) || message[field.localName] === undefined) {
        missing.push(path + field.name);
      }
    }
    // compiled when first used: a message may contain itself
    inner ??= desc.fields
      .toSorted((a, b) => a.number - b.number)
      .flatMap((field) => (field.message && messageCheck(field.message) ? [fieldCheck(field, field.message)] : []));
    for (const check of inner) {
      check(message, path, missing);
    }
  };
}

function fieldCheck(field: DescField, desc: DescMessage): Check {
  const { name, localName } = field;
  const check: Check = (value, path, missing) => messageCheck(desc)?.(value, path, missing);
  if (field.fieldKind === "list") {
    return (message, path, missing) => {
      for (const [i, item] of (message[localName] as Values[]).entries()) {
        if (missing.length >= MAX_MISSING) {
          return;
        }
        check(item, `${path}${name}[${i}].`, missing);
      }
    };
  }
  if (field.fieldKind === "map") {
    return (message, path, missing) => {
      // to libprotobuf a map is a list of entries with a key and a value
      for (const [i, item] of Object.values(message[localName] as Record<string, Values>).entries()) {
        check(item, `${path}${name}[${i}].value.`, missing);
      }
    };
  }
  const group = field.oneof?.localName;
  return (message, path, missing) => {
    const value = group === undefined ? message[localName] : chosen(message[group], localName);
    if (value !== undefined) {
      check(value as Values, `${path}${name}.`, missing);
    }
  };
}

function chosen(group: unknown, name: string): unknown {
  const { case: selected, value } = group as { readonly case: string | undefined; readonly value?: unknown };
  return selected === name ? value : undefined;
}
