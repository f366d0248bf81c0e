import { type CniResult, containerIps } from "@fairlead/cni";
import {
  clone,
  create,
  type NetworkInfo,
  NetworkInfo_IPAddressSchema,
  NetworkInfo_Protocol,
  NetworkInfoSchema,
} from "@fairlead/mesos-api";
import { bareAddress } from "./bare-address.ts";

/**
 * What is reported of one network: the NetworkInfo of the request, its addresses replaced by those that the plugins assigned.
 *
 * Every address of the container's own interfaces, without prefix length, in the plugins' order; the addresses asked for are never echoed.
 */
export function reportedNetworkInfo(requested: NetworkInfo, result: CniResult): NetworkInfo {
  const reported = clone(NetworkInfoSchema, requested);
  reported.ipAddresses = containerIps(result).map((ip) => {
    const ipAddress = bareAddress(ip.address);
    const protocol = ipAddress.includes(":") ? NetworkInfo_Protocol.IPv6 : NetworkInfo_Protocol.IPv4;
    return create(NetworkInfo_IPAddressSchema, { protocol, ipAddress });
  });
  return reported;
}
