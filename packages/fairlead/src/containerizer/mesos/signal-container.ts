import { sleep } from "../../base/clock.ts";
import type { Container } from "./container.ts";
import { CGROUP_POLL_MS, INIT_FORK_TIMEOUT_MS } from "./limits.ts";
import type { Parts } from "./parts.ts";

const SIGKILL = 9;

/** SIGHUP, SIGINT, SIGQUIT, SIGTERM: what ends a process that has no handler for it. */
const ENDING_SIGNALS: ReadonlySet<number> = new Set([1, 2, 3, 15]);

/** Sends `signal` to every process of a container. Resolves with false if there is none. */
export async function signalContainer(
  { clock }: Pick<Parts, "clock">,
  container: Container,
  signal: number,
): Promise<boolean> {
  const { cgroup, process: launched } = container;
  if (launched === undefined) {
    return false;
  }
  if (!launched.isInit) {
    return await cgroup.signal(signal);
  }
  if (container.started === false) {
    // the kernel spares the first process of a pid namespace, and nothing of the command runs that could handle it
    return await cgroup.signal(ENDING_SIGNALS.has(signal) ? SIGKILL : signal);
  }
  // An init alone has not forked the command yet, or is about to end. The kernel drops what it has no handler for yet: it would be lost.
  const { pid } = launched.init;
  const deadlineMs = clock.monotonic() + (signal === SIGKILL ? 0 : INIT_FORK_TIMEOUT_MS);
  while (!(await cgroup.signal(signal, pid))) {
    if (!(await cgroup.processes()).includes(pid)) {
      return false;
    }
    if (clock.monotonic() >= deadlineMs) {
      return await cgroup.signal(signal);
    }
    await sleep(clock, CGROUP_POLL_MS);
  }
  return true;
}
