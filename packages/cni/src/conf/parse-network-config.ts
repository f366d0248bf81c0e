import { CniError } from "../errors.ts";
import { isJsonObject, type JsonObject, type JsonValue, parseJsonObject } from "../json.ts";
import { MAX_CHAIN_LENGTH } from "../limits.ts";
import { networkNameProblem, pluginTypeProblem } from "../names.ts";
import { selectVersion } from "../version.ts";
import type { NetworkConfigList, PluginConfig } from "./network-config-list.ts";

/** Where a configuration comes from, and what its folder adds to it. */
export interface ConfigSource {
  readonly path?: string | undefined;
  /** Objects of further plugins, appended to the chain (spec 1.1.0, `loadOnlyInlinedPlugins`). */
  readonly folderPlugins?: readonly JsonObject[];
}

/**
 * Parses a network configuration: a list with `plugins`, or a single plugin with `type`.
 *
 * Takes UTF-8 bytes, text, or an object that is parsed already.
 * Throws `CNI_CONFIG_INVALID` or `CNI_VERSION_UNSUPPORTED`, with the path if one is given.
 * Source: spec 1.1.0, section 1, "Configuration format".
 */
export function parseNetworkConfig(
  input: Uint8Array | string | JsonObject,
  source: ConfigSource = {},
): NetworkConfigList {
  try {
    const raw = typeof input === "string" || input instanceof Uint8Array ? parseConfigObject(input) : input;
    return toNetworkConfigList(raw, source);
  } catch (error) {
    throw CniError.from(error).with({ path: source.path });
  }
}

/** Parses the text of a configuration file to its JSON object; throws `CNI_CONFIG_INVALID`. */
export function parseConfigObject(text: Uint8Array | string): JsonObject {
  try {
    return parseJsonObject(text);
  } catch (cause) {
    // JSON.parse and parseJsonObject throw nothing but SyntaxError
    throw invalid(`cannot be parsed: ${(cause as SyntaxError).message}`, { cause });
  }
}

/** The validated name of a configuration; throws `CNI_CONFIG_INVALID`. */
export function networkNameOf(raw: JsonObject): string {
  const { name } = raw;
  if (typeof name !== "string") {
    throw invalid(name === undefined ? "has no name" : "has a name that is not a string");
  }
  const problem = networkNameProblem(name);
  if (problem !== undefined) {
    throw invalid(`has a name that is refused: ${JSON.stringify(name)} ${problem}`);
  }
  return name;
}

/** Whether a configuration is one plugin in itself, in the form of the spec before 1.0.0. */
export function isSinglePlugin(raw: JsonObject): boolean {
  return raw.plugins === undefined && raw.type !== undefined;
}

/** Whether the folder named after a network adds plugins to its chain; throws `CNI_CONFIG_INVALID`. */
export function takesFolderPlugins(raw: JsonObject): boolean {
  return !isSinglePlugin(raw) && !readFlag(raw, "loadOnlyInlinedPlugins");
}

function toNetworkConfigList(raw: JsonObject, source: ConfigSource): NetworkConfigList {
  const name = networkNameOf(raw);
  const cniVersions = readVersions(raw.cniVersions);
  if (raw.cniVersion !== undefined && typeof raw.cniVersion !== "string") {
    throw invalid("has a cniVersion that is not a string");
  }
  const cniVersion = selectVersion(raw.cniVersion, cniVersions);
  const loadOnlyInlinedPlugins = readFlag(raw, "loadOnlyInlinedPlugins");
  if (loadOnlyInlinedPlugins && raw.plugins === undefined && !isSinglePlugin(raw)) {
    throw invalid("has loadOnlyInlinedPlugins but no plugins");
  }
  const chain: readonly JsonValue[] = [...readInlined(raw), ...(source.folderPlugins ?? [])];
  if (chain.length === 0) {
    throw invalid("has no plugins");
  }
  if (chain.length > MAX_CHAIN_LENGTH) {
    throw invalid(`has more than ${MAX_CHAIN_LENGTH} plugins`);
  }
  return {
    name,
    cniVersion,
    cniVersions,
    disableCheck: readFlag(raw, "disableCheck"),
    disableGC: readFlag(raw, "disableGC"),
    loadOnlyInlinedPlugins,
    plugins: chain.map(toPluginConfig),
    raw,
    path: source.path,
  };
}

function readInlined(raw: JsonObject): readonly JsonValue[] {
  if (isSinglePlugin(raw)) {
    return [raw];
  }
  if (raw.plugins === undefined) {
    return [];
  }
  if (!Array.isArray(raw.plugins)) {
    throw invalid("has plugins that are not a list");
  }
  return raw.plugins;
}

function toPluginConfig(config: JsonValue, index: number): PluginConfig {
  if (!isJsonObject(config)) {
    throw invalid(`has a plugin ${index} that is not an object`);
  }
  const { type, ipam } = config;
  if (typeof type !== "string") {
    throw invalid(`has a plugin ${index} without a type`);
  }
  requireType(type, "a plugin type");
  if (isJsonObject(ipam) && typeof ipam.type === "string") {
    // the plugin looks this one up itself, in the same search path
    requireType(ipam.type, "an ipam type");
  }
  return { type, capabilities: readCapabilities(config.capabilities, index), config };
}

function requireType(type: string, what: string): void {
  const problem = pluginTypeProblem(type);
  if (problem !== undefined) {
    throw invalid(`has ${what} that is refused: ${JSON.stringify(type)} ${problem}`);
  }
}

function readCapabilities(value: JsonValue | undefined, index: number): string[] {
  if (value === undefined || value === null) {
    return [];
  }
  if (!isJsonObject(value) || !Object.values(value).every((flag) => typeof flag === "boolean")) {
    throw invalid(`has a plugin ${index} whose capabilities are not an object of booleans`);
  }
  return Object.keys(value).filter((capability) => value[capability]);
}

function readVersions(value: JsonValue | undefined): string[] {
  if (value === undefined) {
    return [];
  }
  if (!Array.isArray(value) || !value.every((version) => typeof version === "string")) {
    throw invalid("has cniVersions that are not a list of strings");
  }
  return value;
}

/** Booleans may be written as strings: tools that generate configurations do, and libcni takes them. */
function readFlag(raw: JsonObject, key: string): boolean {
  const value = raw[key];
  if (value === undefined || typeof value === "boolean") {
    return value ?? false;
  }
  const text = typeof value === "string" ? value.toLowerCase() : "";
  if (text !== "true" && text !== "false") {
    throw invalid(`has a ${key} that is neither true nor false`);
  }
  return text === "true";
}

function invalid(problem: string, fields: { cause?: unknown } = {}): CniError {
  return new CniError("CNI_CONFIG_INVALID", `network configuration ${problem}`, fields);
}
