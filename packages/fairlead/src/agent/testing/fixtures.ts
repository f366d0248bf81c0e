import {
  create,
  type FrameworkInfo,
  FrameworkInfo_Capability_Type,
  FrameworkInfoSchema,
  type KillPolicy,
  KillPolicySchema,
  type MessageInitShape,
  msToNanoseconds,
  parseResources,
  Resources,
  type TaskInfo,
  TaskInfoSchema,
} from "@fairlead/mesos-api";

export const FRAMEWORK = "M-0000";
export const AGENT = "M-S0";

export function aFramework(changes: MessageInitShape<typeof FrameworkInfoSchema> = {}): FrameworkInfo {
  return create(FrameworkInfoSchema, {
    id: { value: FRAMEWORK },
    name: "web",
    user: "alice",
    checkpoint: true,
    capabilities: [{ type: FrameworkInfo_Capability_Type.PARTITION_AWARE }],
    ...fields(changes),
  });
}

export function aTask(id: string, changes: MessageInitShape<typeof TaskInfoSchema> = {}): TaskInfo {
  return create(TaskInfoSchema, {
    name: id,
    taskId: { value: id },
    agentId: { value: AGENT },
    resources: allocated("cpus:1;mem:64;ports:[31000-31000]"),
    command: { value: "sleep 60" },
    ...fields(changes),
  });
}

/** A whole message would bring its type along; only what is set in it is wanted. */
function fields<T extends object>(init: T): Omit<T, "$typeName" | "$unknown"> {
  const { $typeName: _, ...rest } = init as T & { $typeName?: string };
  return rest as Omit<T, "$typeName" | "$unknown">;
}

export function allocated(text: string) {
  return Resources.of(parseResources(text, { defaultRole: "*" }))
    .allocate("*")
    .toArray();
}

export function graceOf(ms: number): KillPolicy {
  return create(KillPolicySchema, { gracePeriod: { nanoseconds: msToNanoseconds(ms) } });
}
