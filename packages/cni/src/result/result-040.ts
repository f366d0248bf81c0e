import { formatCidr, parseCidr } from "../ip.ts";
import type { JsonObject } from "../json.ts";
import type { SpecVersion } from "../version.ts";
import type { CniResult, ResultDns, ResultInterface, ResultIp, ResultRoute } from "./cni-result.ts";
import { dnsToJson, parseDns } from "./dns.ts";
import { dropUndefined } from "./drop-undefined.ts";
import { interfaceIndex, listOrAbsent } from "./lists.ts";
import { invalid, readCidr, readCidrText, readIpText, readObjectList, readString } from "./read-field.ts";

/** An address of this form: it says its family. */
export interface ResultIp040 extends ResultIp {
  readonly version: "4" | "6";
}

/** A result of spec 0.3.0, 0.3.1 and 0.4.0. Source: spec 0.4.0, "Result". */
export interface Result040 {
  readonly interfaces: readonly ResultInterface[];
  readonly ips: readonly ResultIp040[];
  readonly routes: readonly ResultRoute[];
  readonly dns: ResultDns;
}

/** Throws `CNI_RESULT_INVALID`; a missing `version` of an address is read from the address. */
export function parseResult040(json: JsonObject): Result040 {
  const interfaces = readObjectList(json.interfaces, "interfaces", parseInterface);
  return {
    interfaces,
    ips: readObjectList(json.ips, "ips", (ip, at) => parseIp040(ip, at, interfaces.length)),
    routes: readObjectList(json.routes, "routes", (route, at) =>
      dropUndefined({ dst: readCidrText(route.dst, `${at}.dst`), gw: readIpText(route.gw, `${at}.gw`) }),
    ),
    dns: parseDns(json.dns),
  };
}

export function fromResult040({ interfaces, ips, routes, dns }: Result040): CniResult {
  return { interfaces, ips: ips.map(({ version: _, ...ip }) => ip), routes, dns };
}

/** Drops what came with 1.1.0: MTU, socket and PCI id of interfaces, all but `dst` and `gw` of routes. */
export function toResult040(result: CniResult, cniVersion: SpecVersion): JsonObject {
  return dropUndefined({
    cniVersion,
    interfaces: listOrAbsent(result.interfaces, ({ name, mac, sandbox }) => ({ name, mac, sandbox })),
    ips: listOrAbsent(result.ips, (ip) => ({ version: ipVersionOf(ip.address), ...ip })),
    routes: listOrAbsent(result.routes, ({ dst, gw }) => ({ dst, gw })),
    dns: dnsToJson(result.dns),
  });
}

function parseInterface(json: JsonObject, at: string): ResultInterface {
  return dropUndefined({
    name: readString(json.name, `${at}.name`) ?? "",
    mac: readString(json.mac, `${at}.mac`),
    sandbox: readString(json.sandbox, `${at}.sandbox`),
  });
}

function parseIp040(json: JsonObject, at: string, interfaceCount: number): ResultIp040 {
  const cidr = readCidr(json.address, `${at}.address`);
  const version = cidr.address.family === 4 ? "4" : "6";
  if ((readString(json.version, `${at}.version`) ?? version) !== version) {
    throw invalid(`${at}.version`, `contradicts the address ${formatCidr(cidr)}`, json.version);
  }
  return dropUndefined({
    version,
    address: formatCidr(cidr),
    gateway: readIpText(json.gateway, `${at}.gateway`),
    interface: interfaceIndex(json.interface, `${at}.interface`, interfaceCount),
  } as const);
}

function ipVersionOf(cidr: string): "4" | "6" {
  return parseCidr(cidr)?.address.family === 6 ? "6" : "4";
}
