import { isIP } from "node:net";
import { FairleadError } from "./errors.ts";

/**
 * What a text names, and so where it goes:
 * - `task id`, `executor id`, `framework id`, `agent id`, `container id`, `network`, `plugin type`: a directory or file;
 * - `user`: the command line of helper programs;
 * - `hostname`, `dns server`, `dns domain`, `dns option`: a line of a container's hostname, hosts or resolv.conf;
 * - `label`: key or value of a label, in lines of logs and comments of firewall rules.
 */
export type NameKind =
  | "task id"
  | "executor id"
  | "framework id"
  | "agent id"
  | "container id"
  | "network"
  | "plugin type"
  | "user"
  | "hostname"
  | "dns server"
  | "dns domain"
  | "dns option"
  | "label";

/** The kernel's NAME_MAX: bytes of one name in a directory. */
const MAX_FILE_NAME_BYTES = 255;
/** The kernel's limit of a host name. Source: sethostname(2). */
const MAX_HOSTNAME_BYTES = 64;
/** Source: RFC 1035, section 2.3.4. */
const MAX_DOMAIN_BYTES = 253;
/** A label is data, not a name; but one that is larger is a mistake. */
const MAX_LABEL_BYTES = 64 * 1024;

/**
 * Why `text` cannot be a name of this kind, as the end of a sentence; undefined when it can. Nothing that passes leaves its directory, starts
 * an option or a second line.
 */
export function nameProblem(kind: NameKind, text: string): string | undefined {
  switch (kind) {
    case "label":
      return longerThan(text, MAX_LABEL_BYTES) ?? controlProblem(text);
    case "dns server":
      return isIP(text) === 0 ? "is not an IP address" : undefined;
    case "hostname":
      return hostProblem(text, MAX_HOSTNAME_BYTES);
    case "dns domain":
      // "." alone is the root: no search list
      return text === "." ? undefined : hostProblem(text.replace(/\.$/, ""), MAX_DOMAIN_BYTES);
    case "dns option":
      return tokenProblem(text);
    case "user":
      return longerThan(text, MAX_FILE_NAME_BYTES) ?? controlProblem(text) ?? userProblem(text);
    default:
      return fileNameProblem(text);
  }
}

/** `text`, if it can be a name of this kind. Errors: REQUEST_INVALID, which quotes it. */
export function checkName(kind: NameKind, text: string): string {
  const problem = nameProblem(kind, text);
  if (problem === undefined) return text;
  throw new FairleadError(
    "REQUEST_INVALID",
    `${kind} ${JSON.stringify(text.slice(0, MAX_FILE_NAME_BYTES))} ${problem}`,
    {
      data: { kind },
    },
  );
}

function fileNameProblem(text: string): string | undefined {
  if (text === "") return "is empty";
  if (text === "." || text === "..") return "is a directory's own name";
  if (/[/\\]/.test(text)) return "holds a slash";
  return longerThan(text, MAX_FILE_NAME_BYTES) ?? controlProblem(text);
}

/** What no passwd(5) can hold, and what a program takes for an option. A backslash is fine: `DOMAIN\user`. */
function userProblem(text: string): string | undefined {
  return text === "" || /^-|[:/\s]/.test(text) ? "is not a name of a user" : undefined;
}

function hostProblem(text: string, maxBytes: number): string | undefined {
  if (text === "") return "is empty";
  // underscores are no part of host names by the book, and are used all the same
  const labels = text.split(".");
  const isHost = labels.every((label) => /^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/.test(label));
  return longerThan(text, maxBytes) ?? (isHost ? undefined : "is not a host name");
}

/** One word of a line: `ndots:2`. */
function tokenProblem(text: string): string | undefined {
  if (text === "") return "is empty";
  return (
    longerThan(text, MAX_FILE_NAME_BYTES) ??
    (/^[\x21-\x7e]+$/.test(text) && !/[#;]/.test(text) ? undefined : "is not one word")
  );
}

function controlProblem(text: string): string | undefined {
  if (/[\x00-\x1f\x7f-\x9f\u2028\u2029]/.test(text)) return "holds a control character";
  return text.isWellFormed() ? undefined : "is not well-formed Unicode";
}

function longerThan(text: string, maxBytes: number): string | undefined {
  return Buffer.byteLength(text) > maxBytes ? `is longer than ${maxBytes} bytes` : undefined;
}
