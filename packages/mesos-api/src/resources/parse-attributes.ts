import { create } from "@bufbuild/protobuf";
import { type Attribute, AttributeSchema, type Value, Value_Type } from "../../gen/mesos/v1/resource_pb.js";
import { parseValue, tokens } from "./parse-value.ts";
import { ResourceError } from "./resource-error.ts";

/**
 * Parses the attributes of an agent: `rack:abc;zone:west;level:10;keys:[1000-1500]`, separated by semicolons or newlines.
 *
 * A value is a scalar, ranges or a text; its spaces do not count. Throws {@link ResourceError} with Mesos's words.
 *
 * Source: `Attributes::parse` in Mesos's `src/common/attributes.cpp`.
 */
export function parseAttributes(text: string): Attribute[] {
  return tokens(text, /[;\n]/).map((token) => {
    const colon = token.indexOf(":");
    if (colon < 1 || colon === token.length - 1) {
      throw new ResourceError(`Invalid attribute key:value pair '${token}'`);
    }
    return parseAttribute(token.slice(0, colon), token.slice(colon + 1));
  });
}

function parseAttribute(name: string, text: string): Attribute {
  const { type, scalar, ranges, text: word } = parsed(name, text);
  if (type === Value_Type.SET) {
    throw new ResourceError(`Bad type for attribute ${name} text ${text} type SET`);
  }
  return create(AttributeSchema, {
    name,
    type,
    ...(scalar && { scalar }),
    ...(ranges && { ranges }),
    ...(word && { text: word }),
  });
}

function parsed(name: string, text: string): Value {
  try {
    return parseValue(text);
  } catch (error) {
    if (error instanceof ResourceError) {
      throw new ResourceError(`Failed to parse attribute ${name} text ${text} error ${error.message}`);
    }
    throw error;
  }
}
