import { CniError } from "../errors.ts";
import type { JsonObject } from "../json.ts";
import { atLeast, isSpecVersion, type SpecVersion } from "../version.ts";
import type { CniResult } from "./cni-result.ts";
import { fromResult020, parseResult020, toResult020 } from "./result-020.ts";
import { fromResult040, parseResult040, toResult040 } from "./result-040.ts";
import { parseResult110, toResult110 } from "./result-110.ts";

/**
 * Parses the result of an ADD, in whatever version it is, to the form of 1.1.0.
 *
 * `requested` is the version of the configuration, which a result without `cniVersion` is taken to be in.
 * Unknown keys are ignored. Throws `CNI_RESULT_INVALID` or `CNI_VERSION_UNSUPPORTED`.
 */
export function parseResult(json: JsonObject, requested: SpecVersion): CniResult {
  const version = resultVersion(json, requested);
  if (!atLeast(version, "0.3.0")) {
    return fromResult020(parseResult020(json));
  }
  return atLeast(version, "1.0.0") ? parseResult110(json) : fromResult040(parseResult040(json));
}

/** A result as JSON of another version; drops what that version cannot say. See the forms for what throws. */
export function convertResult(result: CniResult, version: SpecVersion): JsonObject {
  if (!atLeast(version, "0.3.0")) {
    return toResult020(result, version);
  }
  return atLeast(version, "1.0.0") ? toResult110(result, version) : toResult040(result, version);
}

/**
 * The version whose form a result has.
 *
 * What it says of itself, else the version requested; but where its keys can only be of the other era, they decide:
 * plugins of the time of 0.2.0 print `ip4` whatever the configuration says, and wrappers strip or echo `cniVersion`.
 */
export function resultVersion(json: JsonObject, requested: SpecVersion): SpecVersion {
  const said = json.cniVersion ?? "";
  if (said !== "" && !isSpecVersion(said)) {
    const shown = JSON.stringify(said).slice(0, 100);
    throw new CniError("CNI_VERSION_UNSUPPORTED", `result has the unknown cniVersion ${shown}`);
  }
  const version = said === "" ? requested : said;
  const hasOld = json.ip4 !== undefined || json.ip6 !== undefined;
  const hasNew = json.ips !== undefined;
  if (hasOld && !hasNew && atLeast(version, "0.3.0")) {
    return "0.2.0";
  }
  return hasNew && !hasOld && !atLeast(version, "0.3.0") ? "0.4.0" : version;
}
