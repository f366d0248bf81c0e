import { formatCidr, formatIp, type JsonObject, type PluginCall, type ResultIp } from "@fairlead/cni";
import {
  changeLink,
  findLink,
  type Link,
  type LinkAddress,
  listAddresses,
  type NetlinkSocket,
} from "@fairlead/netlink";
import { attachment } from "../plugin/attachment.ts";
import type { BuiltInPlugin } from "../plugin/built-in-plugin.ts";
import { NO_DNS } from "../plugin/dns-config.ts";
import type { Kernel } from "../plugin/kernel.ts";
import { withContainerAt, withContainerIfThere } from "../plugin/open-container.ts";
import { failure } from "../plugin/plugin-error.ts";
import { readPrevResult } from "../plugin/prev-result.ts";
import { toResult } from "../plugin/to-result.ts";
import { UndoList } from "../plugin/undo.ts";

const LOOPBACK = "lo";

/** `loopback`: takes the container's loopback up, whatever the name of the interface is that it is asked for. Source: https://www.cni.dev/plugins/current/main/loopback/ */
export class Loopback implements BuiltInPlugin {
  add(kernel: Kernel, call: PluginCall): JsonObject {
    const previous = readPrevResult(call);
    const { netns: sandbox } = attachment(call);
    return withContainerAt(kernel, sandbox, ({ route }) => {
      return UndoList.guard((undo) => {
        const { index, name, mac, isUp } = loopback(route);
        if (!isUp) undo.push(() => route.request(changeLink(index, { up: false })));
        route.request(changeLink(index, { up: true }));
        const addresses = listAddresses(route, { index });
        requireLoopback(addresses);
        const result = { interfaces: [{ name, mac, sandbox }], ips: firstOfEach(addresses), routes: [], dns: NO_DNS };
        return toResult(call, previous ?? result);
      });
    });
  }

  del(kernel: Kernel, { netns }: PluginCall): void {
    withContainerIfThere(kernel, netns, ({ route }) => {
      route.request(changeLink(loopback(route).index, { up: false }));
    });
  }

  check(kernel: Kernel, call: PluginCall): void {
    withContainerAt(kernel, attachment(call).netns, ({ route }) => {
      if (!loopback(route).isUp) throw failure("loopback interface is down");
    });
  }

  /** What it makes goes with its namespace. */
  gc(): void {}

  status(): void {}
}

function loopback(route: NetlinkSocket): Link {
  const link = findLink(route, LOOPBACK);
  if (link === undefined) throw failure("Link not found");
  return link;
}

/** Errors: code 999 for an address that is none of the container itself. */
function requireLoopback(addresses: readonly LinkAddress[]): void {
  const other = addresses.find(({ address: { family, bytes } }) => {
    return family === 4 ? bytes[0] !== 127 : !bytes.every((byte, i) => byte === (i === 15 ? 1 : 0));
  });
  if (other === undefined) return;
  throw failure(`loopback interface found with non-loopback address "${formatIp(other.address)}"`);
}

function firstOfEach(addresses: readonly LinkAddress[]): ResultIp[] {
  return [4, 6].flatMap((family) => {
    const first = addresses.find(({ address }) => address.family === family);
    return first === undefined ? [] : [{ address: formatCidr(first), interface: 0 }];
  });
}
