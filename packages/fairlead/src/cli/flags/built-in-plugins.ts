import { BUILT_IN_TYPES } from "../../network/built-in-types.ts";
import { type Kind, kindOf } from "./kind.ts";
import { refusal } from "./refusal.ts";

/** `all`, `none`, or types of built-in CNI plugins separated by commas. */
export const builtInPlugins: Kind<ReadonlySet<string>> = kindOf("plugin types", (value) => {
  if (value === "all") return new Set(BUILT_IN_TYPES.keys());
  if (value === "none") return new Set();
  const types = value.split(",").map((type) => type.trim());
  const unknown = types.find((type) => !BUILT_IN_TYPES.has(type));
  if (unknown === undefined) return new Set(types);
  throw refusal(`no plugin '${unknown}' is built in`, `all, none, or some of ${[...BUILT_IN_TYPES.keys()].join(",")}`);
});
