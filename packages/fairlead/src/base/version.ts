import { readFileSync, statSync } from "node:fs";
import { create, type VersionInfo, VersionInfoSchema } from "@fairlead/mesos-api";

/** The version of Mesos whose APIs are served. Clients compare it to learn what they may ask for. */
export const MESOS_VERSION = "1.12.0";

const BUILD_USER = "fairlead";

/**
 * What `/version`, both `state` endpoints and GET_VERSION tell: the version of Mesos that clients understand, and when this package was
 * put together. `git_sha` is there in published packages, where npm noted it.
 *
 * Reads the package's own package.json; call it once at start.
 */
export function readVersion(packageJson: URL = new URL("../../package.json", import.meta.url)): VersionInfo {
  const { gitHead } = JSON.parse(readFileSync(packageJson, "utf8")) as { gitHead?: unknown };
  const built = Math.trunc(statSync(packageJson).mtimeMs / 1000);
  return create(VersionInfoSchema, {
    version: MESOS_VERSION,
    buildDate: new Date(built * 1000).toISOString().slice(0, 19).replace("T", " "),
    buildTime: built,
    buildUser: BUILD_USER,
    ...(typeof gitHead === "string" ? { gitSha: gitHead } : {}),
  });
}
