export { isNetworkFileName } from "./conf/config-files.ts";
export { type LoadedNetworks, loadNetworkConfigs, readNetworkConfig } from "./conf/load-network-configs.ts";
export type { NetworkConfigList, PluginConfig } from "./conf/network-config-list.ts";
export { type ConfigSource, parseNetworkConfig } from "./conf/parse-network-config.ts";
export { toConfigObject, withPluginArgs } from "./conf/plugin-args.ts";
export { CniError, type CniErrorCode, type CniErrorFields } from "./errors.ts";
export { composeExecs } from "./exec/compose-execs.ts";
export { type InProcessPlugin, inProcessExec } from "./exec/in-process-exec.ts";
export type { CniCommand, PluginCall, PluginExec } from "./exec/plugin-exec.ts";
export { type ProcessExecOptions, processExec } from "./exec/process-exec.ts";
export { findPlugin } from "./find-plugin.ts";
export { type Cidr, formatCidr, formatIp, type IpAddress, parseCidr, parseIp } from "./ip.ts";
export { isJsonObject, type JsonObject, type JsonValue, parseJsonObject } from "./json.ts";
export { containerIdProblem, ifNameProblem, networkNameProblem, pluginTypeProblem } from "./names.ts";
export {
  type CniResult,
  containerIps,
  type ResultDns,
  type ResultInterface,
  type ResultIp,
  type ResultRoute,
} from "./result/cni-result.ts";
export { convertResult, parseResult } from "./result/parse-result.ts";
export { type Attachment, addNetworkList } from "./verbs/add.ts";
export { checkNetworkList, type VerbOutcome } from "./verbs/check.ts";
export { delNetworkList } from "./verbs/del.ts";
export { gcNetworkList, type ValidAttachment } from "./verbs/gc.ts";
export { pluginVersions } from "./verbs/plugin-versions.ts";
export type { RuntimeConf } from "./verbs/runtime-conf.ts";
export { statusNetworkList } from "./verbs/status.ts";
export {
  atLeast,
  compareVersions,
  DEFAULT_VERSION,
  isSpecVersion,
  LATEST_VERSION,
  SPEC_VERSIONS,
  type SpecVersion,
} from "./version.ts";
