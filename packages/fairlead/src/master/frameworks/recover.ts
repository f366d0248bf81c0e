import type { FrameworkInfo } from "@fairlead/mesos-api";
import { AllocatorFramework } from "../allocator/framework.ts";
import { OfferConstraintsFilter } from "../allocator/offer-constraints.ts";
import type { Core } from "../core.ts";
import { frameworkIdOf } from "../ids.ts";
import { Framework } from "./framework.ts";

/**
 * A framework that an earlier master knew: told by an agent that runs its tasks, or by its own scheduler. It has no failover timeout: it may not
 * even have heard that there is another master.
 *
 * Source: `Master::recoverFramework`.
 */
export function recoverFramework(core: Core, info: FrameworkInfo): Framework {
  const id = frameworkIdOf(info.id);
  const share = new AllocatorFramework(id, info, OfferConstraintsFilter.none, core.clock);
  const framework = new Framework(id, info, share, 0, core.config);
  framework.recovered = true;
  core.frameworks.set(id, framework);
  core.allocator.addFramework(share, []);
  core.log.info({ frameworkId: id, framework: info.name }, "recovered a framework");
  return framework;
}
