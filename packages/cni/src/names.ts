import { MAX_IF_NAME_BYTES, MAX_NAME_CHARS } from "./limits.ts";

const SPEC_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

/**
 * Why a network name is refused, or undefined when it is fine.
 *
 * The rule excludes `/`, `..` as a whole, NUL and control characters: the name becomes a directory.
 * Source: spec 1.1.0, section 1, `name`.
 */
export function networkNameProblem(name: string): string | undefined {
  return specNameProblem(name);
}

/** Why a container id is refused, or undefined. Source: spec 1.1.0, section 2, `CNI_CONTAINERID`. */
export function containerIdProblem(id: string): string | undefined {
  return specNameProblem(id);
}

/**
 * Why a plugin type is refused, or undefined.
 *
 * It is the plain name of a file in the search path, never a path: `../../bin/sh` would run any program of the host
 * (CVE-2021-20206). Source: spec 1.1.0, section 1, `type`.
 */
export function pluginTypeProblem(type: string): string | undefined {
  if (type === "") {
    return "is empty";
  }
  if (type.length > MAX_NAME_CHARS) {
    return `is longer than ${MAX_NAME_CHARS} characters`;
  }
  if (type === "." || type === ".." || /[/\\\x00-\x1f\x7f]/.test(type)) {
    return "is not a plain file name";
  }
  return undefined;
}

/** Why an interface name is refused, or undefined. Source: spec 1.1.0, `CNI_IFNAME`; the kernel's dev_valid_name. */
export function ifNameProblem(name: string): string | undefined {
  if (name === "") {
    return "is empty";
  }
  if (Buffer.byteLength(name) > MAX_IF_NAME_BYTES) {
    return `is longer than ${MAX_IF_NAME_BYTES} bytes`;
  }
  if (name === "." || name === ".." || /[/:\s\x00-\x1f\x7f]/.test(name)) {
    return "is not a valid interface name";
  }
  return undefined;
}

function specNameProblem(name: string): string | undefined {
  if (name === "") {
    return "is empty";
  }
  if (name.length > MAX_NAME_CHARS) {
    return `is longer than ${MAX_NAME_CHARS} characters`;
  }
  if (!SPEC_NAME.test(name)) {
    return "must start with a letter or digit, and hold only letters, digits, underscore, dot and hyphen";
  }
  return undefined;
}
