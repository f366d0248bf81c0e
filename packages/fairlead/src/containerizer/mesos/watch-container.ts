import { TaskState } from "@fairlead/mesos-api";
import type { ContainerTermination } from "../containerizer.ts";
import type { Container } from "./container.ts";
import type { ContainerLimitation } from "./isolator.ts";
import type { LaunchedProcess } from "./launched-process.ts";
import { type Exit, ExitWatch } from "./launcher/exit-watch.ts";
import type { Parts } from "./parts.ts";

const SIGKILL = 9;

/** Follows a launched container to the end of its first process, and ends it where an isolator wants so. */
export function watchContainer({ pipeline, clock, log }: Parts, container: Container, process: LaunchedProcess): void {
  const { id, paths } = container;
  const watch = new ExitWatch({ containerId: id, paths, init: process.init, conmon: process.conmon, clock, log });
  container.exitWatch = watch;
  void watch.exited.then(async (exit) => {
    // a command that says it succeeded is not contradicted
    const limitation = container.limitation ?? (exit.status === 0 ? undefined : await pipeline.explain(id));
    container.terminate(toTermination(exit, limitation));
  });
  pipeline.watch(id, (limitation) => {
    container.limitation ??= limitation;
    log.info(
      { containerId: id, reason: limitation.reason },
      "a container has reached a limit; its processes are killed",
    );
    container.cgroup
      .signal(SIGKILL)
      .catch((err) =>
        log.warn(
          { containerId: id, err },
          "a container at its limit could not be killed; it goes on until it is destroyed",
        ),
      );
  });
}

function toTermination(exit: Exit, limitation: ContainerLimitation | undefined): ContainerTermination {
  if (limitation === undefined) {
    return exit;
  }
  const { reason, message, limitation: resources } = limitation;
  return {
    ...exit,
    state: TaskState.TASK_FAILED,
    reason,
    message,
    ...(resources !== undefined && { limitation: resources }),
  };
}
