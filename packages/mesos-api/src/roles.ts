const WHITESPACE_OR_DELETE = /[\t\n\v\f\r \u007f]/;

/** As long as an id, and far deeper than any organisation: each level is a node in the tree of every allocator. Mesos has no such bounds. */
const MAX_ROLE_BYTES = 255;
const MAX_ROLE_LEVELS = 16;

/**
 * Why a text cannot be the name of a role, in Mesos's words; undefined when it can.
 *
 * `/` separates the levels of a hierarchy, of which there are 16 at most; `*` alone is the role of everybody. A name has at most 255 bytes.
 *
 * Source: `roles::validate` in Mesos's `src/common/roles.cpp`.
 */
export function validateRole(role: string): string | undefined {
  if (role === "*") {
    return undefined;
  }
  if (Buffer.byteLength(role) > MAX_ROLE_BYTES) {
    return `Role '${role.slice(0, MAX_ROLE_BYTES)}…' is longer than ${MAX_ROLE_BYTES} bytes`;
  }
  if (role.startsWith("/")) {
    return `Role '${role}' cannot start with a slash`;
  }
  if (role.endsWith("/")) {
    return `Role '${role}' cannot end with a slash`;
  }
  if (role.includes("//")) {
    return `Role '${role}' cannot contain two adjacent slashes`;
  }
  if (role === "") {
    return "Role names cannot be the empty string";
  }
  const components = role.split("/");
  if (components.length > MAX_ROLE_LEVELS) {
    return `Role '${role}' has more than ${MAX_ROLE_LEVELS} levels`;
  }
  for (const component of components) {
    const error = validateComponent(role, component);
    if (error !== undefined) {
      return error;
    }
  }
  return undefined;
}

function validateComponent(role: string, component: string): string | undefined {
  if (component === "." || component === ".." || component === "*") {
    return `Role '${role}' cannot include '${component}' as a component`;
  }
  if (component.startsWith("-")) {
    return `Role component '${component}' is invalid because it starts with a dash`;
  }
  if (WHITESPACE_OR_DELETE.test(component)) {
    return `Role component '${component}' is invalid because it contains backspace or whitespace`;
  }
  return undefined;
}

/** Whether `role` lies below `ancestor` in the hierarchy: `eng/web` below `eng`. */
export function isStrictSubroleOf(role: string, ancestor: string): boolean {
  return role.length > ancestor.length && role[ancestor.length] === "/" && role.startsWith(ancestor);
}

/** The roles above this one, the nearest first: `a/b` and `a` for `a/b/c`. */
export function roleAncestors(role: string): string[] {
  const parts = role.split("/");
  return parts.slice(1).map((_, i) => parts.slice(0, parts.length - 1 - i).join("/"));
}
