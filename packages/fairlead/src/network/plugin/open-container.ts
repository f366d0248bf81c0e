import { statfsSync } from "node:fs";
import { NetlinkError } from "@fairlead/netlink";
import type { ContainerNetwork, Kernel } from "./kernel.ts";
import { failure } from "./plugin-error.ts";

/**
 * Calls a function with the network of a container. Errors: code 999 in the words of the reference where the path is no namespace; those of the
 * function.
 */
export function withContainerAt<T>(kernel: Kernel, netns: string, call: (container: ContainerNetwork) => T): T {
  let isOpen = false;
  try {
    return kernel.withContainer(netns, (container) => {
      isOpen = true;
      return call(container);
    });
  } catch (error) {
    if (isOpen || (error instanceof NetlinkError && error.code === "NETLINK_NAMESPACE_LOST")) throw error;
    throw failure(`failed to open netns "${netns}": ${problemOf(netns, error)}`, error);
  }
}

/** The same where the namespace may have gone: then nothing is called. A path that is no namespace any more, as its mount has gone, counts as that. */
export function withContainerIfThere(
  kernel: Kernel,
  netns: string | undefined,
  call: (container: ContainerNetwork) => void,
): void {
  if (netns === undefined || netns === "") return;
  let isOpen = false;
  try {
    kernel.withContainer(netns, (container) => {
      isOpen = true;
      call(container);
    });
  } catch (error) {
    if (isOpen || !isGone(error)) throw error;
  }
}

function isGone(error: unknown): boolean {
  if (error instanceof NetlinkError) return error.code === "NETLINK_SYSTEM_CALL" && error.errnoName === "EINVAL";
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}

function problemOf(netns: string, error: unknown): string {
  try {
    return `unknown FS magic on "${netns}": ${statfsSync(netns).type.toString(16)}`;
  } catch {
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    const words = isMissing ? "no such file or directory" : error instanceof Error ? error.message : String(error);
    return `failed to Statfs "${netns}": ${words}`;
  }
}
