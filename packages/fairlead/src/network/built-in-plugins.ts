import { Bandwidth } from "./bandwidth/bandwidth.ts";
import { Bridge } from "./bridge/bridge.ts";
import { Firewall } from "./firewall/firewall.ts";
import { HostLocal } from "./host-local/host-local.ts";
import { Loopback } from "./loopback/loopback.ts";
import { Macvlan } from "./macvlan/macvlan.ts";
import type { BuiltInPlugin } from "./plugin/built-in-plugin.ts";
import { PortMapper } from "./port-mapper/port-mapper.ts";
import { Portmap } from "./portmap/portmap.ts";
import { Ptp } from "./ptp/ptp.ts";
import { Static } from "./static/static.ts";
import { Tuning } from "./tuning/tuning.ts";

/** The CNI plugins that need no process, by their type. Lives in the network thread. */
export const builtInPlugins: ReadonlyMap<string, BuiltInPlugin> = new Map<string, BuiltInPlugin>([
  ["bandwidth", new Bandwidth()],
  ["bridge", new Bridge()],
  ["firewall", new Firewall()],
  ["host-local", new HostLocal()],
  ["mesos-cni-port-mapper", new PortMapper()],
  ["loopback", new Loopback()],
  ["macvlan", new Macvlan()],
  ["portmap", new Portmap()],
  ["ptp", new Ptp()],
  ["static", new Static()],
  ["tuning", new Tuning()],
]);
