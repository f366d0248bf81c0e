import { MessageFlag, type NetlinkRequest } from "../message/message.ts";
import { requireUint32 } from "../rtnetlink/argument.ts";
import { handleText } from "./handle.ts";
import { newQdisc, type QdiscPlace } from "./qdisc.ts";
import { RATE_BYTES, rateSpec, writeRate64 } from "./rate.ts";
import { TrafficAttribute, TrafficMessage, trafficWriter } from "./traffic-message.ts";

/** `TCA_HTB_…`. Source: `include/uapi/linux/pkt_sched.h`. */
const HtbAttribute = { parameters: 1, init: 2, rate64: 6, ceil64: 7 } as const;
const HTB_VERSION = 3;
/** By what the rate of a class is divided to know how much it may send in its turn; tc's default. */
const RATE_TO_QUANTUM = 10;

export interface NewHtb extends QdiscPlace {
  readonly handle: number;
  /** Minor number of the class for what no filter puts into another; 0 sends that unshaped. */
  readonly defaultClass: number;
}

/** Makes a hierarchical token bucket: a tree of classes that lend each other what they do not use. Errors: NETLINK_ARGUMENT_INVALID. */
export function addHtb({ defaultClass, ...place }: NewHtb): NetlinkRequest {
  requireUint32("the default class", defaultClass);
  // struct tc_htb_glob: version, rate2quantum, defcls, debug, direct_pkts
  const init = Buffer.alloc(20);
  init.writeUInt32LE(HTB_VERSION, 0);
  init.writeUInt32LE(RATE_TO_QUANTUM, 4);
  init.writeUInt32LE(defaultClass, 8);
  return newQdisc("htb", place, (options) => options.bytes(HtbAttribute.init, init));
}

export interface NewHtbClass {
  readonly linkIndex: number;
  /** The qdisc, or the class that lends. */
  readonly parent: number;
  readonly classId: number;
  /** What it may always send. */
  readonly rateBytesPerSecond: number;
  /** What it may send with what others lend; the rate itself where it is left out. */
  readonly ceilBytesPerSecond?: number | undefined;
  /** The burst at the rate as the time that it takes: see {@link PacketClock.transmitTicks}. */
  readonly bufferTicks: number;
  /** The same at the ceiling. */
  readonly ceilBufferTicks: number;
}

/** Makes a class of a hierarchical token bucket. Errors: NETLINK_ARGUMENT_INVALID. */
export function addHtbClass({ linkIndex, parent, classId, ...shape }: NewHtbClass): NetlinkRequest {
  const { rateBytesPerSecond, ceilBytesPerSecond = rateBytesPerSecond, bufferTicks, ceilBufferTicks } = shape;
  requireUint32("the buffer of a class", bufferTicks);
  requireUint32("the buffer of a class at its ceiling", ceilBufferTicks);
  // struct tc_htb_opt: rate, ceil, buffer, cbuffer, quantum, level, prio
  const parameters = Buffer.alloc(2 * RATE_BYTES + 20);
  rateSpec(rateBytesPerSecond).copy(parameters, 0);
  rateSpec(ceilBytesPerSecond).copy(parameters, RATE_BYTES);
  parameters.writeUInt32LE(bufferTicks, 2 * RATE_BYTES);
  parameters.writeUInt32LE(ceilBufferTicks, 2 * RATE_BYTES + 4);
  const writer = trafficWriter({ linkIndex, handle: classId, parent }, "htb");
  writer.nested(TrafficAttribute.options, (options) => {
    writeRate64(options, HtbAttribute.rate64, rateBytesPerSecond);
    writeRate64(options, HtbAttribute.ceil64, ceilBytesPerSecond);
    options.bytes(HtbAttribute.parameters, parameters);
  });
  return {
    type: TrafficMessage.newClass,
    flags: MessageFlag.create | MessageFlag.exclusive,
    payload: writer.toBytes(),
    operation: `make the htb class ${handleText(classId)} of link ${linkIndex}`,
  };
}
