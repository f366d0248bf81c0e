import type { AgentId, ExecutorId, FrameworkId, OfferId, TaskId } from "@fairlead/mesos-api";

/**
 * Ids out of messages, for looking something up: an id that was never parsed finds nothing. What is added under an id has been validated before.
 */
type IdMessage = { readonly value: string } | undefined;

export const frameworkIdOf = (message: IdMessage): FrameworkId => (message?.value ?? "") as FrameworkId;
export const agentIdOf = (message: IdMessage): AgentId => (message?.value ?? "") as AgentId;
export const offerIdOf = (message: IdMessage): OfferId => (message?.value ?? "") as OfferId;
export const taskIdOf = (message: IdMessage): TaskId => (message?.value ?? "") as TaskId;
export const executorIdOf = (message: IdMessage): ExecutorId => (message?.value ?? "") as ExecutorId;
