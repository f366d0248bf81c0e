import type { Cidr } from "@fairlead/cni";
import type { AttachmentId } from "../plugin/attachment.ts";
import type { Kernel } from "../plugin/kernel.ts";
import type { FirewallConfig } from "./config.ts";

/** A way to have the host let through packets of containers. Errors: code 999; NetlinkError. */
export interface FirewallBackend {
  /** All or nothing. */
  add(kernel: Kernel, owner: AttachmentId, ips: readonly Cidr[], config: FirewallConfig): void;
  /** No error for what is not there. */
  remove(kernel: Kernel, owner: AttachmentId, ips: readonly Cidr[], config: FirewallConfig): void;
  /** Throws code 999 for what is not there. */
  check(kernel: Kernel, owner: AttachmentId, ips: readonly Cidr[], config: FirewallConfig): void;
}
