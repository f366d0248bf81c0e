import { removeSavedRoute, restoreSavedRoute, type SavedRoute, saveDefaultRoutes } from "@fairlead/netlink";
import type { Kernel } from "../plugin/kernel.ts";

/** Takes the default routes out of the main table of the namespace at `path`, and gives them. */
export function takeDefaultRoutes(kernel: Kernel, path: string): SavedRoute[] {
  return kernel.withContainer(path, ({ route }) => {
    const routes = saveDefaultRoutes(route);
    route.requestAll(routes.map(removeSavedRoute));
    return routes;
  });
}

/** Puts routes that were taken into the namespace at `path`. */
export function putDefaultRoutes(kernel: Kernel, path: string, routes: readonly SavedRoute[]): void {
  kernel.withContainer(path, ({ route }) => route.requestAll(routes.map(restoreSavedRoute)));
}
