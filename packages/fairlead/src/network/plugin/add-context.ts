import type { Attachment } from "./attachment.ts";
import type { ContainerNetwork, Kernel } from "./kernel.ts";
import type { UndoList } from "./undo.ts";

/** What the steps of an ADD work with: they push what takes them back. */
export interface AddContext {
  readonly kernel: Kernel;
  readonly container: ContainerNetwork;
  readonly attachment: Attachment;
  readonly undo: UndoList;
}
