import { create } from "@bufbuild/protobuf";
import { type ContainerID, ContainerIDSchema } from "../gen/mesos/v1/base_pb.js";
import { type ContainerId, IdError, validateId } from "./ids.ts";

/** Leaves room in a name of 255 bytes for what is put around the id of a container. */
const MAX_VALUE_BYTES = 242;

/** Sandboxes of nested containers lie within each other, so that the path of a deeper one could not be opened. */
const MAX_DEPTH = 8;

/**
 * Parses the text form of a ContainerID: the values of the chain from the top-level container down, joined by dots.
 *
 * Throws {@link IdError} with Mesos's words.
 */
export function parseContainerId(text: string): ContainerId {
  const values = text.split(".");
  if (values.length > MAX_DEPTH) {
    throw new IdError(`'${text}' is nested deeper than ${MAX_DEPTH} containers`);
  }
  for (const value of values) {
    const error = validateValue(value);
    if (error !== undefined) {
      throw new IdError(error);
    }
  }
  // the one place where such an id is made
  return text as ContainerId;
}

/**
 * The text form of a ContainerID message.
 *
 * Throws {@link IdError} with Mesos's words.
 *
 * Source: `validateContainerId` in Mesos's `src/slave/validation.cpp`.
 */
export function toContainerId(message: ContainerID): ContainerId {
  const values: string[] = [];
  for (let link: ContainerID | undefined = message; link !== undefined; link = link.parent) {
    const error =
      values.length === MAX_DEPTH ? `nested deeper than ${MAX_DEPTH} containers` : validateValue(link.value);
    if (error !== undefined) {
      throw new IdError("'ContainerID.parent' is invalid: ".repeat(values.length) + error);
    }
    values.unshift(link.value);
  }
  return values.join(".") as ContainerId;
}

/** The ContainerID message whose text form this is. */
export function toContainerIdMessage(id: ContainerId): ContainerID {
  let message: ContainerID | undefined;
  for (const value of id.split(".")) {
    message = create(ContainerIDSchema, message === undefined ? { value } : { value, parent: message });
  }
  // split() yields one value at least
  return message as ContainerID;
}

/** The container that a nested one belongs to; undefined for a top-level container. */
export function parentContainerId(id: ContainerId): ContainerId | undefined {
  const dot = id.lastIndexOf(".");
  return dot < 0 ? undefined : (id.slice(0, dot) as ContainerId);
}

function validateValue(value: string): string | undefined {
  const error = validateId(value);
  if (error !== undefined) {
    return error;
  }
  if (Buffer.byteLength(value) > MAX_VALUE_BYTES) {
    return `'ContainerID.value' '${value}' exceeds the maximum length (${MAX_VALUE_BYTES})`;
  }
  // a dot separates the values of a chain, a space confuses logs and paths on a terminal
  if (value.includes(".") || value.includes(" ")) {
    return `'ContainerID.value' '${value}' contains invalid characters`;
  }
  return undefined;
}
