import { ContainerInfoSchema, isFieldSet } from "@fairlead/mesos-api";
import { FairleadError } from "../../../../../base/errors.ts";
import type { ContainerConfig } from "../../../../containerizer.ts";
import { MAX_HOSTNAME_BYTES } from "./limits.ts";

/** Letters, digits, underscore, dot and hyphen: it becomes a word in /etc/hosts, where a space or `#` would mean something else. */
const HOSTNAME = /^[a-zA-Z0-9_](?:[a-zA-Z0-9_-]|\.(?!\.|$))*$/;

/** The host name of a container with a network of its own: the one asked for, else its id. Errors: CONTAINER_INVALID. */
export function toHostname({ containerId, containerInfo }: ContainerConfig): string {
  const asked = containerInfo !== undefined && isFieldSet(containerInfo, ContainerInfoSchema.field.hostname);
  const hostname = asked ? containerInfo.hostname : containerId;
  const problem = hostnameProblem(hostname);
  if (problem !== undefined) {
    throw new FairleadError("CONTAINER_INVALID", `Invalid hostname ${JSON.stringify(hostname)}: it ${problem}`, {
      data: { containerId },
    });
  }
  return hostname;
}

/** Why a host name is refused, or undefined. Source: sethostname(2), RFC 1123 section 2.1; underscores are in everyday use. */
export function hostnameProblem(hostname: string): string | undefined {
  if (hostname === "") return "is empty";
  if (Buffer.byteLength(hostname) > MAX_HOSTNAME_BYTES) return `is longer than ${MAX_HOSTNAME_BYTES} bytes`;
  if (!HOSTNAME.test(hostname)) return "must consist of letters, digits, underscore, hyphen and single dots";
  return undefined;
}
