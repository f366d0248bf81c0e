import type { CniResult } from "@fairlead/cni";
import type { Ipam } from "./ipam.ts";
import type { UndoList } from "./undo.ts";

/** Takes addresses from IPAM, which get back there when the ADD fails. */
export function takeAddresses(ipam: Ipam, undo: UndoList): CniResult {
  const result = ipam.add();
  undo.push(() => ipam.del());
  return result;
}
