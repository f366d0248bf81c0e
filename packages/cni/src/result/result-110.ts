import type { JsonObject } from "../json.ts";
import { atLeast, type SpecVersion } from "../version.ts";
import type { CniResult, ResultInterface, ResultIp, ResultRoute } from "./cni-result.ts";
import { dnsToJson, parseDns } from "./dns.ts";
import { dropUndefined } from "./drop-undefined.ts";
import { interfaceIndex, listOrAbsent } from "./lists.ts";
import { readCidrText, readIpText, readObjectList, readString, readUint } from "./read-field.ts";

/** Parses a result of spec 1.0.0 or 1.1.0; throws `CNI_RESULT_INVALID`. Source: spec 1.1.0, section 5. */
export function parseResult110(json: JsonObject): CniResult {
  const interfaces = readObjectList(json.interfaces, "interfaces", parseInterface);
  return {
    interfaces,
    ips: readObjectList(json.ips, "ips", (ip, at) => parseIp110(ip, at, interfaces.length)),
    routes: readObjectList(json.routes, "routes", parseRoute),
    dns: parseDns(json.dns),
  };
}

/** For 1.0.0, what came with 1.1.0 is dropped: MTU, socket and PCI id of interfaces, metrics of routes. */
export function toResult110(result: CniResult, cniVersion: SpecVersion): JsonObject {
  const full = atLeast(cniVersion, "1.1.0");
  return dropUndefined({
    cniVersion,
    interfaces: listOrAbsent(result.interfaces, ({ name, mac, sandbox, ...rest }) => ({
      name,
      mac,
      ...(full ? rest : {}),
      sandbox,
    })),
    ips: listOrAbsent(result.ips, (ip) => ({ ...ip })),
    routes: listOrAbsent(result.routes, ({ dst, gw, ...rest }) => ({ dst, gw, ...(full ? rest : {}) })),
    dns: dnsToJson(result.dns),
  });
}

function parseInterface(json: JsonObject, at: string): ResultInterface {
  return dropUndefined({
    name: readString(json.name, `${at}.name`) ?? "",
    mac: readString(json.mac, `${at}.mac`),
    mtu: readUint(json.mtu, `${at}.mtu`),
    sandbox: readString(json.sandbox, `${at}.sandbox`),
    socketPath: readString(json.socketPath, `${at}.socketPath`),
    pciID: readString(json.pciID, `${at}.pciID`),
  });
}

function parseIp110(json: JsonObject, at: string, interfaceCount: number): ResultIp {
  return dropUndefined({
    address: readCidrText(json.address, `${at}.address`),
    gateway: readIpText(json.gateway, `${at}.gateway`),
    interface: interfaceIndex(json.interface, `${at}.interface`, interfaceCount),
  });
}

function parseRoute(json: JsonObject, at: string): ResultRoute {
  return dropUndefined({
    dst: readCidrText(json.dst, `${at}.dst`),
    gw: readIpText(json.gw, `${at}.gw`),
    mtu: readUint(json.mtu, `${at}.mtu`),
    advmss: readUint(json.advmss, `${at}.advmss`),
    priority: readUint(json.priority, `${at}.priority`),
    table: readUint(json.table, `${at}.table`),
    scope: readUint(json.scope, `${at}.scope`),
  });
}
