import { CniError } from "./errors.ts";

/** The released versions of the spec, oldest first. */
export const SPEC_VERSIONS = ["0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"] as const;

export type SpecVersion = (typeof SPEC_VERSIONS)[number];

/** The newest version that this package speaks, and the form of {@link CniResult}. */
export const LATEST_VERSION: SpecVersion = "1.1.0";

/** What a configuration without `cniVersion` means. */
export const DEFAULT_VERSION: SpecVersion = "0.1.0";

export function isSpecVersion(text: unknown): text is SpecVersion {
  return SPEC_VERSIONS.some((version) => version === text);
}

/** Negative, zero or positive as `a` is older than, the same as, or newer than `b`. */
export function compareVersions(a: SpecVersion, b: SpecVersion): number {
  return SPEC_VERSIONS.indexOf(a) - SPEC_VERSIONS.indexOf(b);
}

export function atLeast(version: SpecVersion, least: SpecVersion): boolean {
  return compareVersions(version, least) >= 0;
}

/**
 * The version to use for a configuration: the newest that we know among its `cniVersion` and `cniVersions`.
 *
 * Neither given (or empty) means {@link DEFAULT_VERSION}.
 * Throws `CNI_VERSION_UNSUPPORTED` when we know none of those given.
 * Source: spec 1.1.0, section 1, "Version considerations".
 */
export function selectVersion(cniVersion: string | undefined, cniVersions: readonly string[]): SpecVersion {
  const offered = [cniVersion, ...cniVersions].filter((version) => version !== undefined && version !== "");
  if (offered.length === 0) {
    return DEFAULT_VERSION;
  }
  const known = offered.filter(isSpecVersion).toSorted(compareVersions).at(-1);
  if (known === undefined) {
    throw new CniError(
      "CNI_VERSION_UNSUPPORTED",
      `CNI version ${offered.join(", ")} is not supported, known are ${SPEC_VERSIONS.join(", ")}`,
    );
  }
  return known;
}
