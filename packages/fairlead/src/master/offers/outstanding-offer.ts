import type { AgentId, FrameworkId, OfferId, Resources } from "@fairlead/mesos-api";
import type { Timer } from "../../base/clock.ts";

/** An offer that was neither accepted nor declined yet. */
export interface OutstandingOffer {
  readonly id: OfferId;
  readonly frameworkId: FrameworkId;
  readonly agentId: AgentId;
  readonly role: string;
  /** With allocation_info and the refined reservation format, whatever the framework was shown. */
  readonly resources: Resources;
  readonly timer: Timer | undefined;
}
