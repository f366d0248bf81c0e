/** A string that only its parser makes: a FrameworkId is never taken for an AgentId. */
type Id<Name extends string> = string & { readonly __id: Name };

export type FrameworkId = Id<"Framework">;
export type AgentId = Id<"Agent">;
export type OfferId = Id<"Offer">;
export type TaskId = Id<"Task">;
export type ExecutorId = Id<"Executor">;
/** The text form of a ContainerID message: `value`, or `parent.child` for a nested container. */
export type ContainerId = Id<"Container">;
