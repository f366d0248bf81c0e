import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PLUGINS_DIR, type Workspace } from "../support/workspace.ts";

/** A bridge network whose plugin notes each of its calls before it carries it out; `chained` are plugins that follow it. */
export function recordedBridge(
  workspace: Workspace,
  name: string,
  subnets: string | readonly string[],
  ...chained: readonly ({ type: string } & Record<string, unknown>)[]
): void {
  workspace.plugin(
    "recorded-bridge",
    `echo "$CNI_COMMAND $CNI_CONTAINERID" >>${workspace.path("plugin-calls")}\nexec ${PLUGINS_DIR}/bridge`,
  );
  const ipam = workspace.hostLocal(...[subnets].flat());
  const bridge = { type: "recorded-bridge", bridge: `br-${name}`, isGateway: true, ipam };
  workspace.network({ cniVersion: "1.0.0", name, plugins: [bridge, ...chained] });
}

/** All calls so far, as `ADD <container id>`. */
export function pluginCalls(workspace: Workspace): string[] {
  return readFileSync(workspace.path("plugin-calls"), "utf8").trimEnd().split("\n");
}

/** The store of host-local: which address belongs to whom. */
export function takenAddresses(workspace: Workspace): Record<string, string> {
  const files = readdirSync(workspace.addressDir, { recursive: true, encoding: "utf8" });
  const taken = files.filter((file) => /\/[\da-f.:]*[.:][\da-f.:]*$/.test(file)).toSorted();
  return Object.fromEntries(taken.map((file) => [file, readFileSync(join(workspace.addressDir, file), "utf8")]));
}
