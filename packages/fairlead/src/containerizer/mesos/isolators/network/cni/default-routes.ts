import type { DefaultRoutes } from "../../../../../network/namespace/default-routes.ts";

/*
 * The first network of a container that has a default route gives it, for each family.
 *
 * Plugins do not agree on what to do where there is one already. Those of containernetworking-plugins 1.1.1 (bridge with isDefaultGateway or a
 * route of its IPAM, ptp, macvlan; measured with `ip route`): IPv4, the new route comes before the old ones, so that the last network wins;
 * IPv6, both become one multipath route, so that connections go out through either. Older versions fail with "file exists".
 * So each network's default routes are taken out of the main table when its ADD is done, before the next plugin runs, and at the end those of
 * the first network that brought any are put back. No process of the container exists meanwhile. A container on one network is left alone.
 */

export const NO_ROUTES: DefaultRoutes = { ipv4: [], ipv6: [] };

/** For each family those of `earlier` if it has any, else those of `later`. */
export function firstRoutes(earlier: DefaultRoutes, later: DefaultRoutes): DefaultRoutes {
  return {
    ipv4: earlier.ipv4.length > 0 ? earlier.ipv4 : later.ipv4,
    ipv6: earlier.ipv6.length > 0 ? earlier.ipv6 : later.ipv6,
  };
}
