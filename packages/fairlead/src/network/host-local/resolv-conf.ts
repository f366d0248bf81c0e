import { closeSync, constants, openSync, readSync } from "node:fs";
import type { ResultDns } from "@fairlead/cni";
import { readIpamResult } from "../plugin/ipam-result.ts";
import { failure } from "../plugin/plugin-error.ts";
import { MAX_RESOLV_CONF_BYTES } from "./limits.ts";

/** Reads DNS settings from a file. Errors: code 999 for a name server that is no address, and a file that is too large; Node's own. */
export function readResolvConf(path: string): ResultDns {
  // a pipe must not be waited for
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const buffer = Buffer.alloc(MAX_RESOLV_CONF_BYTES + 1);
    let length = 0;
    for (let read = -1; read !== 0; length += read) read = readSync(fd, buffer, length, buffer.length - length, null);
    if (length > MAX_RESOLV_CONF_BYTES) throw failure(`${path} is larger than ${MAX_RESOLV_CONF_BYTES} bytes`);
    return parseResolvConf(buffer.toString("utf8", 0, length));
  } finally {
    closeSync(fd);
  }
}

/**
 * Parses resolv.conf: the last `domain` counts, everything else adds up. Errors: code 999 for a name server that is no address.
 *
 * Source: resolv.conf(5).
 */
export function parseResolvConf(text: string): ResultDns {
  const nameservers: string[] = [];
  const search: string[] = [];
  const options: string[] = [];
  let domain: string | undefined;
  for (const line of text.split("\n")) {
    const [keyword = "", first, ...others] = line.trim().split(/\s+/);
    if (first === undefined || /^[#;]/.test(keyword)) continue;
    if (keyword === "nameserver") nameservers.push(first);
    else if (keyword === "domain") domain = first;
    else if (keyword === "search") search.push(first, ...others);
    else if (keyword === "options") options.push(first, ...others);
  }
  return readIpamResult({ dns: { nameservers, domain, search, options } }).dns;
}
