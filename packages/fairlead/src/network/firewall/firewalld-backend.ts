import { formatIp } from "@fairlead/cni";
import { failure } from "../plugin/plugin-error.ts";
import { UndoList } from "../plugin/undo.ts";
import type { FirewallBackend } from "./backend.ts";
import type { Firewalld } from "./firewalld.ts";

/** Has firewalld put addresses into a zone: what others accept, it drops all the same. */
export function firewalldBackend(firewalld: Firewalld): FirewallBackend {
  return {
    add(_kernel, _owner, ips, { zone }) {
      UndoList.guard((undo) => {
        for (const ip of ips) {
          firewalld.addSource(zone, ip);
          undo.push(() => firewalld.removeSource(zone, ip));
        }
      });
    },

    remove(_kernel, _owner, ips, { zone }) {
      for (const ip of ips) firewalld.removeSource(zone, ip);
    },

    check(_kernel, _owner, ips, { zone }) {
      const lost = ips.find((ip) => !firewalld.hasSource(zone, ip));
      if (lost === undefined) return;
      throw failure(`failed to find the address ${formatIp(lost.address)} in ${zone} zone`);
    },
  };
}
