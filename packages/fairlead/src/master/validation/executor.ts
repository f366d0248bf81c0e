import {
  ContainerInfo_Type,
  type ExecutorInfo,
  ExecutorInfo_Type,
  ExecutorInfoSchema,
  equals,
  Resources,
  validateId,
  writeJson,
} from "@fairlead/mesos-api";
import { replaceFields } from "../../base/replace-fields.ts";
import { executorIdOf } from "../ids.ts";
import { validateCommand } from "./command.ts";
import { validateContainer } from "./container.ts";
import type { LaunchTarget } from "./launch-target.ts";
import { prefixed } from "./prefixed.ts";
import { validateRevocable, validateSingleRole, validateUniquePersistenceId, validateUse } from "./resources.ts";

/**
 * Why an ExecutorInfo is not valid by itself, in Mesos's words; undefined when it is.
 *
 * Source: `validation::executor::validate`.
 */
export function validateExecutorInfo(executor: ExecutorInfo): string | undefined {
  return (
    validateType(executor) ??
    validateId(executor.executorId?.value ?? "") ??
    validateGracePeriod(executor) ??
    prefixed("Executor's `CommandInfo` is invalid", executor.command && validateCommand(executor.command)) ??
    prefixed("Executor's `ContainerInfo` is invalid", executor.container && validateContainer(executor.container))
  );
}

/** Why an executor cannot be launched, or used again, by this framework on this agent; undefined when it can. */
export function validateExecutor(executor: ExecutorInfo, target: LaunchTarget): string | undefined {
  return (
    validateExecutorInfo(executor) ??
    validateFrameworkId(executor, target.framework.id) ??
    validateResources(executor) ??
    validateCompatible(executor, runningExecutor(executor, target))
  );
}

/** The executor with the same id that this framework has on this agent, or will have by a task before. */
export function runningExecutor(executor: ExecutorInfo, target: LaunchTarget): ExecutorInfo | undefined {
  const id = executorIdOf(executor.executorId);
  return target.framework.executors.get(target.agent.id)?.get(id) ?? target.planned?.executors.get(id);
}

function validateType(executor: ExecutorInfo): string | undefined {
  if (executor.type === ExecutorInfo_Type.CUSTOM) {
    return executor.command ? undefined : "'ExecutorInfo.command' must be set for 'CUSTOM' executor";
  }
  if (executor.type !== ExecutorInfo_Type.DEFAULT) return undefined;
  if (executor.command) return "'ExecutorInfo.command' must not be set for 'DEFAULT' executor";
  if (executor.container === undefined) return undefined;
  if (executor.container.type !== ContainerInfo_Type.MESOS) {
    return "'ExecutorInfo.container.type' must be 'MESOS' for 'DEFAULT' executor";
  }
  return executor.container.mesos?.image === undefined
    ? undefined
    : "'ExecutorInfo.container.mesos.image' must not be set for 'DEFAULT' executor";
}

function validateGracePeriod(executor: ExecutorInfo): string | undefined {
  return (executor.shutdownGracePeriod?.nanoseconds ?? 0n) < 0n
    ? "ExecutorInfo's 'shutdown_grace_period' must be non-negative"
    : undefined;
}

function validateFrameworkId(executor: ExecutorInfo, expected: string): string | undefined {
  if (executor.frameworkId === undefined) return "'ExecutorInfo.framework_id' must be set";
  const actual = executor.frameworkId.value;
  return actual === expected
    ? undefined
    : `ExecutorInfo has an invalid FrameworkID (Actual: ${actual} vs Expected: ${expected})`;
}

function validateResources(executor: ExecutorInfo): string | undefined {
  const resources = executor.resources;
  return (
    prefixed("Executor uses invalid resources", validateUse(resources)) ??
    prefixed("Executor uses duplicate persistence ID", validateUniquePersistenceId(resources)) ??
    prefixed("Invalid executor resources", validateSingleRole(resources)) ??
    prefixed("Executor mixes revocable and non-revocable resources", validateRevocable(resources))
  );
}

function validateCompatible(executor: ExecutorInfo, running: ExecutorInfo | undefined): string | undefined {
  if (running === undefined || sameExecutor(executor, running)) return undefined;
  const line = "------------------------------------------------------------";
  return (
    "ExecutorInfo is not compatible with existing ExecutorInfo with same ExecutorID.\n" +
    `${line}\nExisting ExecutorInfo:\n${writeJson(ExecutorInfoSchema, running)}\n` +
    `${line}\nExecutorInfo:\n${writeJson(ExecutorInfoSchema, executor)}\n${line}\n`
  );
}

/** Whether two ExecutorInfos say the same; the order of resources does not count. */
export function sameExecutor(left: ExecutorInfo, right: ExecutorInfo): boolean {
  const withoutResources = (executor: ExecutorInfo) => replaceFields(executor, { resources: [] });
  return (
    Resources.of(left.resources).equals(Resources.of(right.resources)) &&
    equals(ExecutorInfoSchema, withoutResources(left), withoutResources(right))
  );
}
