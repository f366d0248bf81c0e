import { formatCidr, formatIp, parseCidr } from "../ip.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import type { SpecVersion } from "../version.ts";
import type { CniResult, ResultDns, ResultIp, ResultRoute } from "./cni-result.ts";
import { dnsToJson, parseDns } from "./dns.ts";
import { dropUndefined } from "./drop-undefined.ts";
import { invalid, readCidr, readCidrText, readIp, readIpText, readObject, readObjectList } from "./read-field.ts";

/** The one address that a result of this form has for a family. */
export interface IpConfig020 {
  readonly ip: string;
  readonly gateway?: string;
  readonly routes: readonly { readonly dst: string; readonly gw?: string }[];
}

/** A result of spec 0.1.0 and 0.2.0. Source: spec 0.2.0, "Result". */
export interface Result020 {
  readonly ip4?: IpConfig020;
  readonly ip6?: IpConfig020;
  readonly dns: ResultDns;
}

/** Throws `CNI_RESULT_INVALID`. */
export function parseResult020(json: JsonObject): Result020 {
  return dropUndefined({
    ip4: parseIpConfig(json.ip4, "ip4", 4),
    ip6: parseIpConfig(json.ip6, "ip6", 6),
    dns: parseDns(json.dns),
  });
}

export function fromResult020({ ip4, ip6, dns }: Result020): CniResult {
  const configs = [ip4, ip6].filter((config) => config !== undefined);
  return {
    interfaces: [],
    ips: configs.map(({ ip, gateway }): ResultIp => dropUndefined({ address: ip, gateway })),
    routes: configs.flatMap(({ routes }): readonly ResultRoute[] => routes),
    dns,
  };
}

/**
 * The first address of each family, the routes of its family, and dns: this form has room for no more.
 *
 * Throws `CNI_RESULT_INVALID` without any address, since the form requires one.
 */
export function toResult020(result: CniResult, cniVersion: SpecVersion): JsonObject {
  const ip4 = toIpConfig(result, 4);
  const ip6 = toIpConfig(result, 6);
  if (!ip4 && !ip6) {
    throw invalid("ips", `is empty, which version ${cniVersion} cannot express`, []);
  }
  return dropUndefined({ cniVersion, ip4, ip6, dns: dnsToJson(result.dns) });
}

function parseIpConfig(value: JsonValue | undefined, at: "ip4" | "ip6", family: 4 | 6): IpConfig020 | undefined {
  const config = readObject(value, at);
  if (!config) {
    return undefined;
  }
  const ip = readCidr(config.ip, `${at}.ip`);
  const gateway = readIp(config.gateway, `${at}.gateway`);
  if (ip.address.family !== family) {
    throw invalid(`${at}.ip`, `is not of IPv${family}`, config.ip);
  }
  return dropUndefined({
    ip: formatCidr(ip),
    gateway: gateway && formatIp(gateway),
    routes: readObjectList(config.routes, `${at}.routes`, (route, routeAt) =>
      dropUndefined({ dst: readCidrText(route.dst, `${routeAt}.dst`), gw: readIpText(route.gw, `${routeAt}.gw`) }),
    ),
  });
}

function toIpConfig(result: CniResult, family: 4 | 6): JsonObject | undefined {
  const isOfFamily = (cidr: string) => parseCidr(cidr)?.address.family === family;
  const first = result.ips.find((ip) => isOfFamily(ip.address));
  if (!first) {
    return undefined;
  }
  const routes = result.routes.filter((route) => isOfFamily(route.dst));
  return dropUndefined({
    ip: first.address,
    gateway: first.gateway,
    routes: routes.length > 0 ? routes.map(({ dst, gw }) => dropUndefined({ dst, gw })) : undefined,
  });
}
