import {
  removeSavedRoute,
  restoreSavedRoute,
  type SavedRoute,
  saveDefaultRoutes,
  savedRouteFamily,
} from "@fairlead/netlink";
import type { Kernel } from "../plugin/kernel.ts";

/** The default routes of a namespace, as messages of the kernel. */
export interface DefaultRoutes {
  readonly ipv4: readonly SavedRoute[];
  readonly ipv6: readonly SavedRoute[];
}

/** Takes the default routes out of the main table of the namespace at `path`, and gives them. */
export function takeDefaultRoutes(kernel: Kernel, path: string): DefaultRoutes {
  return kernel.withContainer(path, ({ route }) => {
    const routes = saveDefaultRoutes(route);
    route.requestAll(routes.map(removeSavedRoute));
    const ofFamily = (family: 4 | 6) => routes.filter((saved) => savedRouteFamily(saved) === family);
    return { ipv4: ofFamily(4), ipv6: ofFamily(6) };
  });
}

/** Puts routes that were taken into the namespace at `path`. */
export function putDefaultRoutes(kernel: Kernel, path: string, { ipv4, ipv6 }: DefaultRoutes): void {
  kernel.withContainer(path, ({ route }) => route.requestAll([...ipv4, ...ipv6].map(restoreSavedRoute)));
}
