import {
  type ContainerStatus,
  ContainerStatusSchema,
  clone,
  create,
  type NetworkInfo,
  NetworkInfo_IPAddressSchema,
  NetworkInfo_Protocol,
  NetworkInfoSchema,
} from "@fairlead/mesos-api";

/** The addresses that are reported for a container that shares the agent's network. */
export interface HostAddresses {
  readonly ip: string;
  readonly ip6?: string;
}

/**
 * `status` as it goes into a TaskStatus: a container without addresses of its own has the agent's.
 *
 * The IPv4 address carries no protocol, as in Mesos: unset reads as IPv4.
 *
 * Source: `Slave::_statusUpdate` of Mesos.
 */
export function withHostAddresses(status: ContainerStatus, host: HostAddresses): ContainerStatus {
  if (status.networkInfos.length > 0) return status;
  const filled = clone(ContainerStatusSchema, status);
  filled.networkInfos = [hostNetwork(host)];
  return filled;
}

function hostNetwork(host: HostAddresses): NetworkInfo {
  const v4 = host.ip.includes(":")
    ? create(NetworkInfo_IPAddressSchema, { ipAddress: host.ip, protocol: NetworkInfo_Protocol.IPv6 })
    : create(NetworkInfo_IPAddressSchema, { ipAddress: host.ip });
  const v6 =
    host.ip6 === undefined
      ? []
      : [create(NetworkInfo_IPAddressSchema, { ipAddress: host.ip6, protocol: NetworkInfo_Protocol.IPv6 })];
  return create(NetworkInfoSchema, { ipAddresses: [v4, ...v6] });
}
