import {
  addIngress,
  addTbf,
  addU32Filter,
  EtherType,
  type NetlinkRequest,
  type Tbf,
  TrafficHandle,
  trafficHandle,
} from "@fairlead/netlink";

const TBF_HANDLE = trafficHandle(1);
const REDIRECT_PREF = 1;

/** Shapes what a link sends: of the host's end of a veth, that is what the container receives. */
export function shape(linkIndex: number, bucket: Tbf): NetlinkRequest {
  return addTbf({ linkIndex, parent: TrafficHandle.root, handle: TBF_HANDLE, ...bucket });
}

/** Has everything that a link receives sent by another one: what arrives cannot be shaped, what leaves can. */
export function redirectReceived(linkIndex: number, toIndex: number): NetlinkRequest[] {
  return [
    addIngress({ linkIndex }),
    addU32Filter({
      linkIndex,
      parent: TrafficHandle.ingressQdisc,
      pref: REDIRECT_PREF,
      protocol: EtherType.all,
      keys: [],
      classId: trafficHandle(1, 1),
      actions: [{ kind: "redirect", linkIndex: toIndex }],
    }),
  ];
}
