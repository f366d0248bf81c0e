import {
  CommandInfoSchema,
  type ContainerId,
  ContainerInfoSchema,
  fromBinary,
  parseContainerId,
  ResourceSchema,
  toBinary,
} from "@fairlead/mesos-api";
import { z } from "zod";
import type { ContainerConfig } from "../containerizer.ts";

/** Raised when a record of this version could not be understood by older code. */
const VERSION = 1;

/** z.record would drop a variable whose name is `__proto__`. */
const strings = z.custom<Readonly<Record<string, string>>>(
  (value) =>
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((text) => typeof text === "string"),
);

const recordSchema = z.object({
  version: z.literal(VERSION),
  containerId: z.string(),
  parentId: z.string().optional(),
  command: z.base64(),
  containerInfo: z.base64().optional(),
  resources: z.array(z.base64()),
  // JSON has no Infinity, which is a limit that means none
  limits: z.record(z.string(), z.union([z.number(), z.literal("Infinity")])),
  user: z.string().optional(),
  directory: z.string(),
  environment: strings,
  annotations: strings.optional(),
});

/**
 * The text of a container's `config.json`: enough to find the container again, and to take it down, without anything else.
 *
 * Messages stand in it as base64 of their binary form, which keeps fields that this version does not know.
 */
export function writeRecord(config: ContainerConfig): string {
  const record: z.infer<typeof recordSchema> = {
    version: VERSION,
    containerId: config.containerId,
    parentId: config.parentId,
    command: base64(toBinary(CommandInfoSchema, config.command)),
    containerInfo: config.containerInfo && base64(toBinary(ContainerInfoSchema, config.containerInfo)),
    resources: config.resources.map((resource) => base64(toBinary(ResourceSchema, resource))),
    limits: Object.fromEntries(
      Object.entries(config.limits).map(([name, limit]) => [name, limit === Infinity ? "Infinity" : limit]),
    ),
    user: config.user,
    directory: config.directory,
    environment: { ...config.environment },
    annotations: config.annotations && { ...config.annotations },
  };
  return `${JSON.stringify(record, undefined, 2)}\n`;
}

/** Reads what {@link writeRecord} wrote. Throws on anything else: a file that a crash or a disk has damaged. */
export function parseRecord(text: string): ContainerConfig {
  const record = recordSchema.parse(JSON.parse(text));
  const parentId: ContainerId | undefined =
    record.parentId === undefined ? undefined : parseContainerId(record.parentId);
  const containerInfo =
    record.containerInfo === undefined ? undefined : fromBinary(ContainerInfoSchema, bytes(record.containerInfo));
  return {
    containerId: parseContainerId(record.containerId),
    ...(parentId !== undefined && { parentId }),
    command: fromBinary(CommandInfoSchema, bytes(record.command)),
    ...(containerInfo !== undefined && { containerInfo }),
    resources: record.resources.map((resource) => fromBinary(ResourceSchema, bytes(resource))),
    limits: Object.fromEntries(Object.entries(record.limits).map(([name, limit]) => [name, Number(limit)])),
    ...(record.user !== undefined && { user: record.user }),
    directory: record.directory,
    environment: record.environment,
    ...(record.annotations !== undefined && { annotations: record.annotations }),
  };
}

function base64(binary: Uint8Array): string {
  return Buffer.from(binary).toString("base64");
}

function bytes(text: string): Uint8Array {
  return Buffer.from(text, "base64");
}
