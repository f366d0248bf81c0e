import { CniError, type CniErrorCode } from "../errors.ts";
import { type JsonObject, parseJsonObject } from "../json.ts";
import { MAX_QUOTE_CHARS } from "../limits.ts";
import type { CniCommand, PluginCall } from "./plugin-exec.ts";
import type { RunEnd } from "./run-bounded.ts";

const ANSWERING: ReadonlySet<CniCommand> = new Set(["ADD", "VERSION"]);

/**
 * What a plugin's run means: the object it printed, or undefined for the verbs that answer nothing.
 *
 * Throws a CniError that quotes the plugin's own words. An error object decides whatever the exit status says: there
 * are plugins that print one and exit 0. Source: spec 1.1.0, section 2, "Errors", and section 5, "Error".
 */
export function readReply(call: PluginCall, end: RunEnd): JsonObject | undefined {
  if (end.how !== "exit") {
    throw stoppedError(call, end);
  }
  const output = tryParse(end.stdout);
  if (output !== undefined && isErrorObject(output)) {
    throw pluginError(call, end, output);
  }
  if (end.exitCode !== 0) {
    throw failure("CNI_PLUGIN_FAILED", call, end, `exited with status ${end.exitCode}${words(end)}`);
  }
  if (!ANSWERING.has(call.command)) {
    return undefined;
  }
  if (output === undefined) {
    const what = end.stdout.length === 0 ? "printed no result" : "printed what is not a JSON object";
    throw failure("CNI_RESULT_INVALID", call, end, `${what}${words(end)}`);
  }
  return output;
}

/** An error about one run of a plugin; the message begins with the plugin, the verb and the network. */
export function callError(code: CniErrorCode, call: PluginCall, problem: string, cause?: unknown): CniError {
  return new CniError(code, `${describeCall(call)} ${problem}`, {
    plugin: call.type,
    network: networkOf(call),
    cause,
  });
}

function stoppedError(call: PluginCall, end: RunEnd): CniError {
  switch (end.how) {
    case "timeout":
      return failure("CNI_PLUGIN_TIMEOUT", call, end, `did not end in time and was killed${words(end)}`);
    case "overflow":
      return failure("CNI_OUTPUT_TOO_LARGE", call, end, `printed too much and was killed${words(end)}`);
    case "aborted":
      return failure("CNI_PLUGIN_ABORTED", call, end, `was killed on request${words(end)}`);
    default:
      return failure("CNI_PLUGIN_FAILED", call, end, `died of ${end.signalName}${words(end)}`);
  }
}

function pluginError(call: PluginCall, end: RunEnd, { code, msg, details }: ErrorObject): CniError {
  const text = [msg, details].filter((part) => part !== undefined && part !== "").join(": ");
  const stderr = end.stderr.length > 0 ? ` (stderr: ${quote(end.stderr)})` : "";
  return failure("CNI_PLUGIN_FAILED", call, end, `failed with code ${code}: ${quote(text)}${stderr}`).with({
    pluginCode: code,
    details,
  });
}

function failure(code: CniErrorCode, call: PluginCall, end: RunEnd, problem: string): CniError {
  return callError(code, call, problem).with({ stderr: end.stderr.length > 0 ? quote(end.stderr) : undefined });
}

function describeCall(call: PluginCall): string {
  const network = networkOf(call);
  return `CNI plugin ${call.type} (${call.command}${network === undefined ? "" : `, network ${network}`})`;
}

function networkOf(call: PluginCall): string | undefined {
  return typeof call.config.name === "string" ? call.config.name : undefined;
}

interface ErrorObject extends JsonObject {
  code: number;
  msg: string;
  details?: string;
}

function isErrorObject(output: JsonObject): output is ErrorObject {
  const { code, msg, details } = output;
  return (
    typeof code === "number" &&
    code !== 0 &&
    typeof msg === "string" &&
    (details === undefined || typeof details === "string")
  );
}

function tryParse(bytes: Buffer): JsonObject | undefined {
  try {
    return parseJsonObject(bytes);
  } catch {
    // what it is instead matters only to the message, which quotes it
    return undefined;
  }
}

function words({ stdout, stderr }: RunEnd): string {
  const parts = [
    ...(stdout.length > 0 ? [`stdout: ${quote(stdout)}`] : []),
    ...(stderr.length > 0 ? [`stderr: ${quote(stderr)}`] : []),
  ];
  return parts.length > 0 ? `; ${parts.join("; ")}` : "";
}

/** Output as it can stand in a message and a log: valid text, one line, bounded. */
function quote(output: Buffer | string): string {
  const text = output.slice(0, 4 * MAX_QUOTE_CHARS).toString();
  const line = text.replaceAll(/[\x00-\x1f\x7f\s]+/g, " ").trim();
  const isWhole = line.length <= MAX_QUOTE_CHARS && output.length <= 4 * MAX_QUOTE_CHARS;
  return isWhole ? line : `${line.slice(0, MAX_QUOTE_CHARS)}…`;
}
