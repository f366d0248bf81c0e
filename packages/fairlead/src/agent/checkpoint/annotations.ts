import {
  clearField,
  clone,
  type ExecutorInfo,
  ExecutorInfoSchema,
  type FrameworkInfo,
  FrameworkInfoSchema,
  fromBinary,
  type TaskInfo,
  TaskInfoSchema,
  toBinary,
} from "@fairlead/mesos-api";

/** The part of a checkpoint that goes along in the container's record, so that the agent can be rebuilt from its containers. */
export interface AnnotatedRun {
  readonly framework: FrameworkInfo;
  readonly executor: ExecutorInfo;
  readonly task: TaskInfo;
}

const FRAMEWORK = "fairlead.framework";
const EXECUTOR = "fairlead.executor";
const TASK = "fairlead.task";

/** The three messages in binary form, as base64. The task's `data` stays behind: it may be large, and a command task has no use for it. */
export function toAnnotations(run: AnnotatedRun): Record<string, string> {
  const task = clone(TaskInfoSchema, run.task);
  clearField(task, TaskInfoSchema.field.data);
  return {
    [FRAMEWORK]: encode(toBinary(FrameworkInfoSchema, run.framework)),
    [EXECUTOR]: encode(toBinary(ExecutorInfoSchema, run.executor)),
    [TASK]: encode(toBinary(TaskInfoSchema, task)),
  };
}

/** Reads what {@link toAnnotations} wrote; undefined for a container that carries none, or unreadable ones. */
export function fromAnnotations(annotations: Readonly<Record<string, string>> | undefined): AnnotatedRun | undefined {
  const framework = annotations?.[FRAMEWORK];
  const executor = annotations?.[EXECUTOR];
  const task = annotations?.[TASK];
  if (framework === undefined || executor === undefined || task === undefined) return undefined;
  try {
    return {
      framework: fromBinary(FrameworkInfoSchema, decode(framework)),
      executor: fromBinary(ExecutorInfoSchema, decode(executor)),
      task: fromBinary(TaskInfoSchema, decode(task)),
    };
  } catch {
    return undefined;
  }
}

function encode(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

function decode(text: string): Uint8Array {
  return Buffer.from(text, "base64");
}
