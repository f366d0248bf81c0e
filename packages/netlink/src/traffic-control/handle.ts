import { requireInteger } from "../rtnetlink/argument.ts";

/** Places on a link that need no qdisc to name them. Source: `TC_H_…` in `include/uapi/linux/pkt_sched.h`. */
export const TrafficHandle = {
  /** Parent of the qdisc that a link sends through. */
  root: 0xffffffff,
  /** Parent of the qdisc that sees what a link receives. */
  ingress: 0xfffffff1,
  /** Handle of that qdisc, and parent of its filters. */
  ingressQdisc: 0xffff0000,
} as const;

/** The number of `major:minor`, each 16 bits; minor 0 is the qdisc itself, others are its classes. Errors: NETLINK_ARGUMENT_INVALID. */
export function trafficHandle(major: number, minor = 0): number {
  requireInteger("the major number of a handle", major, 0, 0xffff);
  requireInteger("the minor number of a handle", minor, 0, 0xffff);
  return major * 0x10000 + minor;
}

/** As tc writes it: `1:`, `1:10`, `root`; hexadecimal. */
export function handleText(handle: number): string {
  if (handle === TrafficHandle.root) return "root";
  if (handle === TrafficHandle.ingress) return "ingress";
  const minor = handle % 0x10000;
  return `${Math.floor(handle / 0x10000).toString(16)}:${minor === 0 ? "" : minor.toString(16)}`;
}
