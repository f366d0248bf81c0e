import { isDeepStrictEqual } from "node:util";
import { isJsonObject, type JsonObject, type JsonValue } from "@fairlead/cni";
import type { World } from "./world.ts";

/** A result as another run would give it, too: paths without the world's directory, names and hardware addresses that are made up by their part. */
export async function normaliseResult(world: World, containerId: string, result: JsonObject): Promise<JsonObject> {
  const links = async (path: string): Promise<Map<string, string>> => {
    const found: { ifname: string; address: string }[] = JSON.parse(await world.runIn(path, "ip", "-j", "link"));
    return new Map(found.map(({ ifname, address }) => [ifname, address]));
  };
  const [host, inside] = await Promise.all([links(world.host), links(world.pin(containerId))]);
  const { dns, ...rest } = result;
  const interfaces = Array.isArray(result.interfaces) ? result.interfaces : [];
  return {
    ...rest,
    // the reference plugins of 1.1.1 print it empty; it may be left out
    ...(dns === undefined || isDeepStrictEqual(dns, {}) ? {} : { dns }),
    ...(result.interfaces === undefined ? {} : { interfaces: interfaces.map(normalise) }),
  };

  function normalise(entry: JsonValue): JsonValue {
    if (!isJsonObject(entry)) return entry;
    const actual = (entry.sandbox ? inside : host).get(String(entry.name));
    return {
      ...entry,
      ...(typeof entry.name === "string" ? { name: entry.name.replace(/^veth[0-9a-f]{8}$/, "veth?") } : {}),
      // the kernel's own address of that link: which one it is differs
      ...(entry.mac === undefined ? {} : { mac: entry.mac === actual ? "its own" : entry.mac }),
      ...(typeof entry.sandbox === "string" ? { sandbox: entry.sandbox.replace(world.directory, "") } : {}),
    };
  }
}
