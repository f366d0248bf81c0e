import { create, isFieldSet } from "@bufbuild/protobuf";
import {
  type Resource,
  Resource_ReservationInfo_Type,
  ResourceSchema,
  Value_Type,
} from "../../gen/mesos/v1/resource_pb.js";
import { JsonDecodeError, parseJsonText } from "../json/parse-json-text.ts";
import { readJson } from "../json/read.ts";
import { parseValue, tokens } from "./parse-value.ts";
import { isDynamicallyReserved, isPersistentVolume, isRevocable } from "./predicates.ts";
import { toRefinedFormat } from "./reservation-format.ts";
import { ResourceError } from "./resource-error.ts";
import { validateResource } from "./validate-resource.ts";

/**
 * Parses resources as a command line gives them: as text, `cpus:4;mem:2048;ports:[31000-32000];disk(web):1024`, or as a JSON array.
 *
 * `defaultRole` (`*` by default) is the role of those that name none. Resources come out in the refined format, in their order, those with
 * an amount of zero included: `gpus:0` says something. Throws {@link ResourceError} with Mesos's words.
 *
 * Source: `Resources::parse` in Mesos's `src/common/resources.cpp`.
 */
export function parseResources(text: string, options: { readonly defaultRole?: string } = {}): Resource[] {
  const defaultRole = options.defaultRole ?? "*";
  const resources = text.trimStart().startsWith("[") ? fromJson(text, defaultRole) : fromText(text, defaultRole);
  for (const resource of resources) {
    const error = validateResource(resource);
    if (error !== undefined) {
      throw new ResourceError(error);
    }
  }
  const refined = toRefinedFormat(resources);
  checkForCommandLine(refined);
  return refined;
}

function fromJson(text: string, defaultRole: string): Resource[] {
  const malformed = "Some JSON resources were not formatted properly";
  let resources: Resource[];
  try {
    // a text that begins with a bracket is an array, or no JSON
    resources = (parseJsonText(text) as unknown[]).map((json) => readJson(ResourceSchema, json));
  } catch (error) {
    throw error instanceof JsonDecodeError ? new ResourceError(`${malformed}: ${error.message}`) : error;
  }
  for (const resource of resources) {
    if (!isFieldSet(resource, ResourceSchema.field.role) && resource.reservations.length === 0) {
      resource.role = defaultRole;
    }
  }
  return resources;
}

function fromText(text: string, defaultRole: string): Resource[] {
  return tokens(text, /;/).map((token) => {
    const [key, value, ...rest] = tokens(token, /:/);
    if (key === undefined || value === undefined || rest.length > 0) {
      throw new ResourceError(`Bad value for resources, missing or extra ':' in ${token}`);
    }
    const open = key.indexOf("(");
    const close = key.indexOf(")");
    if (open < 0) {
      return parseResource(key.trim(), value, defaultRole);
    }
    if (close < open) {
      throw new ResourceError(`Bad value for resources, mismatched parentheses in ${token}`);
    }
    return parseResource(key.slice(0, open).trim(), value, key.slice(open + 1, close).trim());
  });
}

function parseResource(name: string, text: string, role: string): Resource {
  const { type, scalar, ranges, set } = parsed(name, text);
  if (type === Value_Type.TEXT) {
    throw new ResourceError(`Bad type for resource ${name} value ${text} type TEXT`);
  }
  return create(ResourceSchema, {
    name,
    type,
    ...(scalar && { scalar }),
    ...(ranges && { ranges }),
    ...(set && { set }),
    reservations: role === "*" ? [] : [{ type: Resource_ReservationInfo_Type.STATIC, role }],
  });
}

function parsed(name: string, text: string) {
  try {
    return parseValue(text);
  } catch (error) {
    if (error instanceof ResourceError) {
      throw new ResourceError(`Failed to parse resource ${name} value ${text} error ${error.message}`);
    }
    throw error;
  }
}

/** What only operations on a running cluster may make, and types that contradict each other, are refused. */
function checkForCommandLine(resources: readonly Resource[]): void {
  const types = new Map<string, Value_Type>();
  for (const resource of resources) {
    if (isPersistentVolume(resource)) {
      throw new ResourceError("Persistent volumes cannot be specified at the command line");
    }
    if (isRevocable(resource)) {
      throw new ResourceError(
        "Revocable resources cannot be specified at the command line; do not include a 'revocable' key in the resources JSON",
      );
    }
    if (isDynamicallyReserved(resource)) {
      throw new ResourceError(
        "Dynamic reservations cannot be specified at the command line; do not include a reservation with DYNAMIC type in the resources JSON",
      );
    }
    if ((types.get(resource.name) ?? resource.type) !== resource.type) {
      throw new ResourceError(`Resources with the same name ('${resource.name}') but different types are not allowed`);
    }
    types.set(resource.name, resource.type);
  }
}
