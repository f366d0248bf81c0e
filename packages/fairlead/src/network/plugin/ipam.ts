import type { CniResult } from "@fairlead/cni";

/** The address management of one call: the plugin that the configuration's `ipam.type` names, built in or a process. */
export interface Ipam {
  /** Whether the configuration names one at all. */
  readonly isConfigured: boolean;
  /** Takes addresses. */
  add(): CniResult;
  /** Gives them back; for the undoing of an ADD, and in DEL. */
  del(): void;
  check(): void;
  gc(): void;
  status(): void;
}
