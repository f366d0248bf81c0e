export { isRefusal, NetlinkError, type NetlinkErrorCode } from "./errors.ts";
export { NetworkNamespace } from "./namespace/network-namespace.ts";
export { NetlinkProtocol, NetlinkSocket } from "./socket.ts";
