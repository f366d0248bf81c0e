import { isJsonObject, type JsonObject, type NetworkConfigList, withPluginArgs } from "@fairlead/cni";
import { type NetworkInfo, NetworkInfoSchema, writeJson } from "@fairlead/mesos-api";
import { FairleadError } from "../../../../../base/errors.ts";

const RESERVED_KEY = "org.apache.mesos";

/**
 * The configuration of a network with what the container asked of it: `args["org.apache.mesos"].network_info`, for every plugin of the chain.
 *
 * Other `args` of the file are kept. Errors: NETWORK_INVALID, with Mesos's texts, where `args` is no object or has the reserved key.
 * Source: Mesos's `NetworkCniIsolatorProcess::attach`.
 */
export function withMesosArgs(list: NetworkConfigList, networkInfo: NetworkInfo): NetworkConfigList {
  for (const { config } of list.plugins) {
    const { args } = config;
    if (args === undefined || args === null) continue;
    if (!isJsonObject(args)) {
      throw invalid(list, `Invalid 'args' found in CNI network configuration file '${list.path}': not an object`);
    }
    if (Object.hasOwn(args, RESERVED_KEY)) {
      const message = `'${RESERVED_KEY}' in 'args' should not be set in CNI network configuration file. It is reserved by Mesos`;
      throw invalid(list, message);
    }
  }
  // writeJson gives the text of an object
  const json = JSON.parse(writeJson(NetworkInfoSchema, networkInfo)) as JsonObject;
  return withPluginArgs(list, { [RESERVED_KEY]: { network_info: json } });
}

/** The NetworkInfo that {@link withMesosArgs} put into a configuration, as JSON; undefined when there is none. */
export function mesosArgsOf(list: NetworkConfigList): JsonObject | undefined {
  const args = list.plugins[0]?.config.args;
  const mesos = isJsonObject(args) ? args[RESERVED_KEY] : undefined;
  const networkInfo = isJsonObject(mesos) ? mesos.network_info : undefined;
  return isJsonObject(networkInfo) ? networkInfo : undefined;
}

function invalid(list: NetworkConfigList, message: string): FairleadError {
  return new FairleadError("NETWORK_INVALID", message, { data: { network: list.name, path: list.path } });
}
