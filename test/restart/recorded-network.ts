import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PLUGINS_DIR, type Workspace } from "../support/workspace.ts";

/** A bridge network whose plugin notes each of its calls before it carries it out. */
export function recordedBridge(workspace: Workspace, name: string, subnet: string): void {
  workspace.plugin(
    "recorded-bridge",
    `echo "$CNI_COMMAND $CNI_CONTAINERID" >>${workspace.path("plugin-calls")}\nexec ${PLUGINS_DIR}/bridge`,
  );
  workspace.bridge(name, subnet, { type: "recorded-bridge" });
}

/** All calls so far, as `ADD <container id>`. */
export function pluginCalls(workspace: Workspace): string[] {
  return readFileSync(workspace.path("plugin-calls"), "utf8").trimEnd().split("\n");
}

/** The store of host-local: which address belongs to whom. */
export function takenAddresses(workspace: Workspace): Record<string, string> {
  const files = readdirSync(workspace.addressDir, { recursive: true, encoding: "utf8" });
  const taken = files.filter((file) => /\/[\d.]+$/.test(file)).toSorted();
  return Object.fromEntries(taken.map((file) => [file, readFileSync(join(workspace.addressDir, file), "utf8")]));
}
