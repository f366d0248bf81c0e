import { create, type MasterInfo, MasterInfo_Capability_Type, MasterInfoSchema } from "@fairlead/mesos-api";
import { MESOS_VERSION } from "../base/version.ts";
import type { MasterConfig } from "./config.ts";

/** Where the master listens: what was bound, also where port 0 was asked for. */
export interface MasterAddress {
  readonly ip: string;
  readonly port: number;
}

/** How a master introduces itself; `id` is new at every start. */
export function createMasterInfo(config: MasterConfig, address: MasterAddress, id: string): MasterInfo {
  const ip = config.advertiseIp ?? address.ip;
  const port = config.advertisePort ?? address.port;
  const hostname = config.hostname ?? ip;
  const host = ip.includes(":") ? `[${ip}]` : ip;
  return create(MasterInfoSchema, {
    id,
    ip: littleEndian(ip),
    port,
    pid: `master@${host}:${port}`,
    hostname,
    version: MESOS_VERSION,
    address: { hostname, ip, port },
    domain: config.domain,
    // What is true of it: no agent is drained and no quota kept yet, so AGENT_DRAINING and QUOTA_V2 are not announced.
    capabilities: [{ type: MasterInfo_Capability_Type.AGENT_UPDATE }],
  });
}

/** An IPv4 address as a number whose least significant byte is the first octet, as Mesos has it; 0 for IPv6. */
function littleEndian(ip: string): number {
  const octets = ip.split(".").map(Number);
  if (octets.length !== 4) return 0;
  return octets.reduceRight((sum, octet) => sum * 256 + octet, 0);
}
