import { type RLimitInfo, RLimitInfoSchema, readJson, type TaskInfo, TaskInfoSchema } from "@fairlead/mesos-api";
import { errorText } from "../../base/errors.ts";
import { accepted, notEnforced, served, unsupported } from "./flag.ts";
import { boolean, choice, duration, json, type Kind, kindOf, list, text } from "./kind.ts";
import { masterAddress, role } from "./mesos-kinds.ts";
import { refusal } from "./refusal.ts";

const NO_HDFS = "packages are not uploaded";
const NO_IMAGES = "images are not provisioned yet";
const NO_CAPABILITIES = "containers get the default capabilities of OCI, without NET_ADMIN and NET_RAW";

/** Environment variables, such as `{"GREETING":"hello"}`. */
const environment: Kind<Readonly<Record<string, string>>> = json((value) => {
  const remedy = `an object of texts, such as {"GREETING":"hello"}`;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw refusal("it is no object", remedy);
  }
  for (const [name, content] of Object.entries(value)) {
    if (typeof content !== "string") throw refusal(`'${name}' is no text`, remedy);
  }
  return value as Readonly<Record<string, string>>;
});

/** A whole TaskInfo; its agent is chosen by the offer. */
const taskInfo: Kind<TaskInfo> = kindOf("JSON", (value) => {
  try {
    const object: unknown = JSON.parse(value);
    // Mesos's own client takes a task without the agent_id that the message requires.
    return readJson(TaskInfoSchema, { agent_id: { value: "" }, ...(object as object) });
  } catch (error) {
    throw refusal(errorText(error), "a TaskInfo as JSON, or file:///path of a file that holds it");
  }
});

const rlimitInfo: Kind<RLimitInfo> = kindOf("JSON", (value) => {
  try {
    return readJson(RLimitInfoSchema, value);
  } catch (error) {
    throw refusal(errorText(error), `an RLimitInfo as JSON, such as {"rlimits":[{"type":"RLMT_CORE"}]}`);
  }
});

/** The flags of `fairlead execute`: those of `mesos-execute`, and `--user`. */
export const EXECUTE_FLAGS = {
  help: served(boolean, "Print the flags and exit.", { default: "false" }),
  master: served(masterAddress, "The master: `host:port`.", { default: "127.0.0.1:5050" }),
  name: served(text, "Name of the task and of the framework.", { default: "execute" }),
  command: served(text, "What to run."),
  shell: served(boolean, "Run the command by a shell; if not, it is a program that is run without arguments.", {
    default: "true",
  }),
  env: served(environment, 'Environment of the command, such as `{"GREETING":"hello"}`.'),
  resources: served(text, "What the task needs.", { default: "cpus:1;mem:128" }),
  networks: served(list, "CNI networks to join, separated by commas; without it the network of the host."),
  user: served(text, "User to run as; without it the one that calls."),
  role: served(role, "Role to subscribe to.", { default: "*" }),
  principal: served(text, "Principal of the framework."),
  task: served(taskInfo, "A whole task as TaskInfo, in place of `--command` and the flags that describe it."),
  rlimits: served(
    rlimitInfo,
    'Limits of the process, such as `{"rlimits":[{"type":"RLMT_NOFILE","soft":"64","hard":"64"}]}`; agents need `posix/rlimits` in `--isolation`.',
  ),
  kill_after: served(duration(0), "Time after which the task is killed."),
  checkpoint: served(boolean, "Let the task outlive a restart of the agent.", { default: "false" }),
  partition_aware: served(boolean, "Tell a lost task from an unreachable one.", { default: "true" }),
  framework_capabilities: served(list, "More capabilities of the framework, separated by commas."),
  content_type: served(choice("protobuf", "json"), "How messages travel.", { default: "protobuf" }),

  hadoop: accepted(text, "Hadoop's command.", NO_HDFS, { default: "hadoop" }),
  hdfs: accepted(text, "Name node.", NO_HDFS, { default: "localhost:9000" }),
  overwrite: accepted(boolean, "Replace the package.", NO_HDFS, { default: "false" }),
  secret: notEnforced(text, "Secret of the principal.", "requests are not authenticated yet"),
  package: unsupported(text, "Package to upload.", NO_HDFS),
  task_group: unsupported(
    json((group) => group),
    "A group of tasks.",
    "groups are not there yet",
  ),
  docker_image: unsupported(text, "Docker image to run.", NO_IMAGES),
  appc_image: unsupported(text, "Appc image to run.", NO_IMAGES),
  containerizer: unsupported(choice("mesos", "docker"), "Containerizer.", "the Docker containerizer is not there yet", {
    default: "mesos",
  }),
  volumes: unsupported(
    json((volumes) => volumes),
    "Volumes of the container.",
    "volumes are not there yet",
  ),
  effective_capabilities: unsupported(
    json((capabilities) => capabilities),
    "Capabilities of the command.",
    NO_CAPABILITIES,
  ),
  bounding_capabilities: unsupported(
    json((capabilities) => capabilities),
    "Capabilities that it can get.",
    NO_CAPABILITIES,
  ),
  tty: unsupported(boolean, "Attach a terminal.", "terminals are not there yet", { default: "false" }),
};

/** The flags of the commands that list something. */
export const LIST_FLAGS = {
  help: served(boolean, "Print the flags and exit.", { default: "false" }),
  master: served(masterAddress, "The master: `host:port`.", { default: "127.0.0.1:5050" }),
  json: served(boolean, "Print JSON, as the master gave it.", { default: "false" }),
};
