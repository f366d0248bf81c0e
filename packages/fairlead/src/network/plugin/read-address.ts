import { type IpAddress, parseIp } from "@fairlead/cni";
import type { NetconfReader } from "./netconf-reader.ts";
import { failure } from "./plugin-error.ts";

/** A key that holds an IP address; undefined where it is absent or empty. Errors: code 999. */
export function readAddress(config: NetconfReader, name: string): IpAddress | undefined {
  const text = config.text(name);
  if (text === "") return undefined;
  const address = parseIp(text);
  if (address === undefined) throw failure(`invalid IP address: ${text}`);
  return address;
}
