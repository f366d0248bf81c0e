export {
  type Connection,
  type ConnectionFilter,
  deleteConnection,
  dumpConnections,
  forgetConnections,
  listConnections,
} from "./conntrack/connection.ts";
export { isRefusal, NetlinkError, type NetlinkErrorCode } from "./errors.ts";
export type { LinkEvent } from "./events/link-event.ts";
export type { LinkWatch } from "./events/link-watch.ts";
export { watchLinks } from "./events/watch-links.ts";
export { readLegacyTable } from "./iptables/legacy-table.ts";
export { readExtendedAttribute, setExtendedAttribute } from "./kernel/extended-attribute.ts";
export { tryLockFile } from "./kernel/file-lock.ts";
export type { NetlinkRequest } from "./message/message.ts";
export { NetworkNamespace } from "./namespace/network-namespace.ts";
export {
  addAddress,
  broadcastAddress,
  deleteAddress,
  type NewAddress,
} from "./rtnetlink/addresses/change-address.ts";
export { type LinkAddress, listAddresses } from "./rtnetlink/addresses/list-addresses.ts";
export type { IpAddress, IpPrefix } from "./rtnetlink/ip-address.ts";
export { createBridge, type NewBridge } from "./rtnetlink/links/bridge.ts";
export { type BridgePort, type BridgePortChange, changeBridgePort } from "./rtnetlink/links/bridge-port.ts";
export { addBridgeVlan, type BridgeVlan, deleteBridgeVlan } from "./rtnetlink/links/bridge-vlan.ts";
export { changeLink, type LinkChange } from "./rtnetlink/links/change-link.ts";
export { deleteLink, deleteLinkGroup } from "./rtnetlink/links/delete-link.ts";
export { findLink, findLinkByIndex, listLinks } from "./rtnetlink/links/find-link.ts";
export { createIfb, type NewIfb } from "./rtnetlink/links/ifb.ts";
export { requireInterfaceName } from "./rtnetlink/links/interface-name.ts";
export type { Link } from "./rtnetlink/links/link.ts";
export { LinkFlag } from "./rtnetlink/links/link-header.ts";
export type { LinkStatistics } from "./rtnetlink/links/link-statistics.ts";
export { createMacvlan, type MacvlanMode, type NewMacvlan } from "./rtnetlink/links/macvlan.ts";
export type { NewLink } from "./rtnetlink/links/new-link.ts";
export { createVeth, type NewVeth } from "./rtnetlink/links/veth.ts";
export { createVxlan, type NewVxlan } from "./rtnetlink/links/vxlan.ts";
export {
  ALL_MACS,
  addForwardingEntry,
  deleteForwardingEntry,
  type ForwardingEntry,
  listForwardingEntries,
} from "./rtnetlink/neighbours/forwarding-entry.ts";
export { addNeighbour, deleteNeighbour, listNeighbours, type Neighbour } from "./rtnetlink/neighbours/neighbour.ts";
export { addRoute, addRouteBeside, deleteRoute, type NewRoute, replaceRoute } from "./rtnetlink/routes/change-route.ts";
export { findRoute, listRoutes, type RouteSelection } from "./rtnetlink/routes/list-routes.ts";
export type { Route } from "./rtnetlink/routes/route.ts";
export { MAIN_TABLE } from "./rtnetlink/routes/route-header.ts";
export {
  removeSavedRoute,
  restoreSavedRoute,
  type SavedRoute,
  saveDefaultRoutes,
  savedRouteFamily,
} from "./rtnetlink/routes/saved-routes.ts";
export { Scope } from "./rtnetlink/scope.ts";
export { NetlinkProtocol, NetlinkSocket } from "./socket.ts";
export { deleteFilter, type Filter, listFilters } from "./traffic-control/filter.ts";
export { EtherType, type FilterPlace } from "./traffic-control/filter-place.ts";
export { TrafficHandle, trafficHandle } from "./traffic-control/handle.ts";
export { addHtb, addHtbClass, type NewHtb, type NewHtbClass } from "./traffic-control/htb.ts";
export { addIngress } from "./traffic-control/ingress.ts";
export type { Mirred } from "./traffic-control/mirred.ts";
export { PacketClock } from "./traffic-control/packet-clock.ts";
export { deleteQdisc, findQdisc, listQdiscs, type Qdisc, type QdiscPlace } from "./traffic-control/qdisc.ts";
export { addTbf, readTbf, type Tbf } from "./traffic-control/tbf.ts";
export { addU32Filter, type U32 } from "./traffic-control/u32-filter.ts";
export { type U32Key, u32Key } from "./traffic-control/u32-key.ts";
