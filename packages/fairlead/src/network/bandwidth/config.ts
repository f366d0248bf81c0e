import type { JsonObject } from "@fairlead/cni";
import { NetconfReader } from "../plugin/netconf-reader.ts";
import { failure } from "../plugin/plugin-error.ts";

/** What goes through in one direction; neither is 0. */
export interface Shape {
  readonly rateBitsPerSecond: number;
  readonly burstBits: number;
}

/** The configuration of `bandwidth`; a direction that is undefined is not limited. */
export interface BandwidthConfig {
  /** What the container receives. */
  readonly ingress: Shape | undefined;
  /** What it sends. */
  readonly egress: Shape | undefined;
}

const KEYS = ["ingressRate", "ingressBurst", "egressRate", "egressBurst"] as const;
const MAX_BURST_BYTES = 0xffffffff;

/**
 * Reads a configuration of `bandwidth`: its own keys where it has any of them, else those of the runtime.
 *
 * Errors: code 999 in the reference plugin's words. Source: https://www.cni.dev/plugins/current/meta/bandwidth/
 */
export function parseBandwidthConfig(config: JsonObject): BandwidthConfig {
  const own = new NetconfReader(config, "PluginConf");
  const runtime = own.object("runtimeConfig").object("bandwidth");
  // all of them are read, so that what is of another kind is refused also where it would not count
  const ownNumbers = readNumbers(own);
  const runtimeNumbers = readNumbers(runtime);
  const [ingressRate, ingressBurst, egressRate, egressBurst] = KEYS.some((key) => own.has(key))
    ? ownNumbers
    : runtimeNumbers;
  return { ingress: toShape(ingressRate, ingressBurst), egress: toShape(egressRate, egressBurst) };
}

type Numbers = readonly [ingressRate: number, ingressBurst: number, egressRate: number, egressBurst: number];

function readNumbers(reader: NetconfReader): Numbers {
  const [ingressRate, ingressBurst, egressRate, egressBurst] = KEYS;
  return [
    readUnsigned(reader, ingressRate),
    readUnsigned(reader, ingressBurst),
    readUnsigned(reader, egressRate),
    readUnsigned(reader, egressBurst),
  ];
}

function readUnsigned(reader: NetconfReader, key: string): number {
  const value = reader.integer(key);
  if (value < 0) throw failure(`failed to parse network configuration: '${key}' must not be negative: ${value}`);
  return value;
}

function toShape(rateBitsPerSecond: number, burstBits: number): Shape | undefined {
  if (burstBits === 0 && rateBitsPerSecond !== 0) throw failure("if rate is set, burst must also be set");
  if (rateBitsPerSecond === 0 && burstBits !== 0) throw failure("if burst is set, rate must also be set");
  if (Math.floor(burstBits / 8) >= MAX_BURST_BYTES) throw failure("burst cannot be more than 4GB");
  return rateBitsPerSecond === 0 ? undefined : { rateBitsPerSecond, burstBits };
}
