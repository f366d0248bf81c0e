import type { DescMessage } from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/** The smallest message of all, with its tag: nothing. */
const MIN_MESSAGE_BYTES = 2;

/**
 * Whether protobuf of `schema` holds more than `max` messages, or `maxDepth` levels of them: to be asked before it is decoded.
 *
 * A message of two bytes becomes an object of a hundred and more, so that the size of a request says little about the memory that it takes.
 * Unknown fields do not count. Of bytes that are no protobuf what stands before the fault counts; whether they are is for the decoder to say.
 */
export function holdsMoreMessages(
  schema: DescMessage,
  bytes: Uint8Array,
  { max, maxDepth }: { readonly max: number; readonly maxDepth: number },
): boolean {
  if (bytes.length <= max * MIN_MESSAGE_BYTES) return false;
  const reader = new BinaryReader(bytes);
  const open: Level[] = [{ shape: shapeOf(schema), end: bytes.length }];
  let messages = 0;
  try {
    for (let level = open.at(-1); level !== undefined; level = open.at(-1)) {
      if (reader.pos >= level.end) {
        open.pop();
        continue;
      }
      const [number, wireType] = reader.tag();
      const inner = wireType === WireType.LengthDelimited ? level.shape(number) : undefined;
      if (inner === undefined) {
        reader.skip(wireType, number);
        continue;
      }
      messages++;
      if (messages > max || open.length > maxDepth) return true;
      const length = reader.uint32();
      open.push({ shape: inner, end: reader.pos + length });
    }
  } catch {
    // it breaks off, or is no protobuf
  }
  return false;
}

/** The messages that may stand in the fields of another: by number, what they hold themselves. */
type Shape = (fieldNumber: number) => Shape | undefined;

interface Level {
  readonly shape: Shape;
  readonly end: number;
}

/** Of a message whose fields hold no messages. */
const FLAT: Shape = () => undefined;

/** Descriptors live as long as the program. */
const shapes = new WeakMap<DescMessage, Shape>();

function shapeOf(desc: DescMessage): Shape {
  let shape = shapes.get(desc);
  if (shape === undefined) {
    const fields = new Map<number, () => Shape>();
    for (const { number, fieldKind, message } of desc.fields) {
      // a map is a list of messages with a key and a value; what is found out when it is needed may hold the message itself
      if (fieldKind === "map") fields.set(number, () => (message === undefined ? FLAT : entryOf(message)));
      else if (message !== undefined) fields.set(number, () => shapeOf(message));
    }
    shape = (number) => fields.get(number)?.();
    shapes.set(desc, shape);
  }
  return shape;
}

/** Source: https://protobuf.dev/programming-guides/encoding/#maps */
const ENTRY_VALUE = 2;

function entryOf(value: DescMessage): Shape {
  return (number) => (number === ENTRY_VALUE ? shapeOf(value) : undefined);
}
