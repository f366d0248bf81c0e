import { NetworkNamespace } from "@fairlead/netlink";
import type { Kernel } from "../plugin/kernel.ts";
import { makeContainerNamespace } from "./container-namespace.ts";

/** How often a pin is taken off: once, and again where a helper of a plugin that outlived its agent pinned meanwhile. */
const MAX_RELEASE_ATTEMPTS = 4;

/** Pins a namespace at `path`, where it stays without any process in it; one of the pool where a veth is wanted and one is ready. */
export function createPinnedNamespace(
  { pool }: Kernel,
  { path, withVeth }: { readonly path: string; readonly withVeth: boolean },
): void {
  using namespace = (withVeth ? pool.take(path) : undefined) ?? makeContainerNamespace();
  try {
    namespace.pin(path);
  } catch (error) {
    pool.forget(path);
    throw error;
  }
}

/** Takes the pin and its file away; idempotent. The kernel frees the namespace and its interfaces a little later. */
export function releasePinnedNamespace({ pool }: Kernel, path: string): void {
  pool.forget(path);
  for (let attempt = 1; ; attempt++) {
    try {
      NetworkNamespace.unpin(path);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EBUSY" || attempt === MAX_RELEASE_ATTEMPTS) throw error;
    }
  }
}
