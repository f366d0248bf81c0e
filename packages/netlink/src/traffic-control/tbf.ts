import { NetlinkError } from "../errors.ts";
import type { NetlinkRequest } from "../message/message.ts";
import { requireUint32 } from "../rtnetlink/argument.ts";
import { AttributeReader } from "../rtnetlink/attribute-reader.ts";
import { newQdisc, type Qdisc, type QdiscPlace } from "./qdisc.ts";
import { RATE_BYTES, rateSpec, readRate, writeRate64 } from "./rate.ts";

/** `TCA_TBF_…`. Source: `include/uapi/linux/pkt_sched.h`. */
const TbfAttribute = { parameters: 1, rate64: 4, burst: 6 } as const;
const PARAMETERS_BYTES = 2 * RATE_BYTES + 12;

/** What a token bucket lets through. */
export interface Tbf {
  readonly rateBytesPerSecond: number;
  /** The burst as the time that it takes: see {@link PacketClock.transmitTicks}. */
  readonly bufferTicks: number;
  /** Bytes that may wait; tc reckons it from a latency as rate times latency and the burst. */
  readonly limitBytes: number;
  /** The burst in bytes. Where it is left out the kernel reckons it from `bufferTicks`, else the other way round. */
  readonly burstBytes?: number | undefined;
}

/** Makes a token bucket filter. Errors: NETLINK_ARGUMENT_INVALID. */
export function addTbf({
  linkIndex,
  parent,
  handle,
  ...tbf
}: QdiscPlace & { readonly handle: number } & Tbf): NetlinkRequest {
  const { rateBytesPerSecond, bufferTicks, limitBytes, burstBytes } = tbf;
  requireUint32("the limit of a token bucket", limitBytes);
  requireUint32("the buffer of a token bucket", bufferTicks);
  // struct tc_tbf_qopt: rate, peak rate, limit, buffer, mtu
  const parameters = Buffer.alloc(PARAMETERS_BYTES);
  rateSpec(rateBytesPerSecond).copy(parameters, 0);
  parameters.writeUInt32LE(limitBytes, 2 * RATE_BYTES);
  parameters.writeUInt32LE(bufferTicks, 2 * RATE_BYTES + 4);
  return newQdisc("tbf", { linkIndex, parent, handle }, (options) => {
    options.bytes(TbfAttribute.parameters, parameters);
    if (burstBytes !== undefined) {
      requireUint32("the burst of a token bucket", burstBytes);
      options.u32(TbfAttribute.burst, burstBytes);
    }
    writeRate64(options, TbfAttribute.rate64, rateBytesPerSecond);
  });
}

/** What a qdisc of kind `tbf` lets through; undefined for other kinds. Errors: NETLINK_ANSWER_INVALID. */
export function readTbf({ kind, options }: Qdisc): Tbf | undefined {
  if (kind !== "tbf") return undefined;
  const reader = new AttributeReader(options, 0);
  const parameters = reader.bytes(TbfAttribute.parameters);
  if (parameters === undefined || parameters.length < PARAMETERS_BYTES) {
    throw new NetlinkError("NETLINK_ANSWER_INVALID", "a token bucket without its parameters");
  }
  return {
    rateBytesPerSecond: Number(reader.u64(TbfAttribute.rate64) ?? readRate(parameters)),
    limitBytes: parameters.readUInt32LE(2 * RATE_BYTES),
    bufferTicks: parameters.readUInt32LE(2 * RATE_BYTES + 4),
  };
}
