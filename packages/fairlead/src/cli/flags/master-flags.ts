import { COMMON_FLAGS, NO_AUTHENTICATION, NO_AUTHORIZATION, NO_MODULES } from "./common-flags.ts";
import { accepted, notEnforced, served, unsupported } from "./flag.ts";
import { boolean, bytes, choice, duration, integer, json, list, number, path, port, text } from "./kind.ts";
import { quantities, roles, weights } from "./mesos-kinds.ts";

const ONE_MASTER = "there is one master, which needs no election and no quorum; several masters are not there yet";
const EMBEDDED_REGISTRY = "the registry is a local database, whose reads and writes do not wait for other machines";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;

/** Every flag of the master: Mesos's, and a few of its own. */
export const MASTER_FLAGS = {
  ...COMMON_FLAGS,
  port: served(port, "Port to listen on.", { default: "5050" }),
  work_dir: served(
    path,
    "Directory of the registry: which agents the master has admitted, and which of them it has lost.",
  ),
  registry: served(
    choice("replicated_log", "in_memory"),
    "Where the registry is kept: `replicated_log` is the database `registry.db` in `--work_dir`; `in_memory` is lost with the process.",
    { default: "replicated_log" },
  ),
  cluster: served(text, "Name of the cluster, shown to people."),
  allocation_interval: served(duration(1, 10 * MINUTE_MS), "Time between two rounds of offers.", { default: "1secs" }),
  offer_timeout: served(duration(1), "Time after which an unanswered offer is rescinded; without it offers stay."),
  min_allocatable_resources: served(
    quantities,
    "Offers hold at least one of these amounts: `;` is and, `|` is or, such as `cpus:1;mem:32|disk:1`.",
    { default: "cpus:0.01|mem:32" },
  ),
  filter_gpu_resources: served(
    boolean,
    "Offer agents with GPUs only to frameworks with the capability GPU_RESOURCES.",
    {
      default: "true",
    },
  ),
  roles: served(roles, "The only roles that frameworks may subscribe to, separated by commas; without it all."),
  weights: served(weights, "Weights of roles in the fair sharing, such as `web=2,batch=0.5`; the others weigh 1."),
  root_submissions: served(boolean, "Let frameworks run as root.", { default: "true" }),
  agent_ping_timeout: served(duration(SECOND_MS, 15 * MINUTE_MS), "Time that an agent has to answer a ping.", {
    default: "15secs",
    aliases: ["slave_ping_timeout"],
  }),
  max_agent_ping_timeouts: served(integer(1), "Pings that an agent may leave unanswered before it is unreachable.", {
    default: "5",
    aliases: ["max_slave_ping_timeouts"],
  }),
  agent_reregister_timeout: served(
    duration(SECOND_MS),
    "Time in which agents must be back after they were disconnected, or after the master's start; Mesos takes 10mins or more.",
    { default: "10mins", aliases: ["slave_reregister_timeout"] },
  ),
  max_completed_frameworks: served(integer(0), "Ended frameworks that are remembered.", { default: "50" }),
  max_completed_tasks_per_framework: served(integer(0), "Ended tasks of a framework that are remembered.", {
    default: "1000",
  }),
  max_unreachable_tasks_per_framework: served(integer(0), "Unreachable tasks of a framework that are remembered.", {
    default: "1000",
  }),

  webui_dir: accepted(path, "Directory of the web page.", "there is no web page yet"),
  registry_fetch_timeout: accepted(duration(0), "Time to read the registry.", EMBEDDED_REGISTRY, { default: "1mins" }),
  registry_store_timeout: accepted(duration(0), "Time to write the registry.", EMBEDDED_REGISTRY, {
    default: "20secs",
  }),
  log_auto_initialize: accepted(boolean, "Initialise the replicated log.", EMBEDDED_REGISTRY, { default: "true" }),
  registry_gc_interval: accepted(duration(0), "Time between two clean-ups of the registry.", "it is always 15mins", {
    default: "15mins",
  }),
  registry_max_agent_age: accepted(duration(0), "Time for which lost agents are remembered.", "it is always 2weeks", {
    default: "2weeks",
  }),
  registry_max_agent_count: accepted(integer(0), "Lost agents that are remembered.", "it is always 102400", {
    default: "102400",
  }),
  authentication_v0_timeout: accepted(
    duration(0),
    "Time for the authentication of v0 frameworks.",
    "v0 frameworks cannot connect",
    {
      default: "15secs",
    },
  ),
  allocator_agent_recovery_factor: accepted(
    number(0, 1),
    "Share of the agents that must be back before offers are made after a restart.",
    "offers are made as agents come back",
    { default: "0.8" },
  ),
  allocator_recovery_timeout: accepted(
    duration(0),
    "Longest time without offers after a restart.",
    "offers are made as agents come back",
    { default: "10mins" },
  ),
  max_operator_event_stream_subscribers: accepted(
    integer(1),
    "Subscribers of the operator's event stream.",
    "there is no such stream yet",
    { default: "1000" },
  ),
  publish_per_framework_metrics: accepted(boolean, "Publish metrics of each framework.", "they are always published", {
    default: "true",
  }),
  offer_constraints_re2_max_mem: accepted(
    bytes(1, 1024 ** 4),
    "Memory of a regular expression.",
    "its size is what is bounded",
    {
      default: "4KB",
    },
  ),
  offer_constraints_re2_max_program_size: accepted(integer(1), "Size of a regular expression.", "it is always 100", {
    default: "100",
  }),

  authenticate_frameworks: notEnforced(boolean, "Let only authenticated v0 frameworks subscribe.", NO_AUTHENTICATION, {
    default: "false",
    aliases: ["authenticate"],
  }),
  authenticate_http_frameworks: notEnforced(
    boolean,
    "Let only authenticated frameworks subscribe.",
    NO_AUTHENTICATION,
    {
      default: "false",
    },
  ),
  authenticate_agents: notEnforced(
    boolean,
    "Let only authenticated agents register.",
    "agents do not authenticate with CRAM-MD5; `--agent_secret` lets only agents register that know a secret",
    { default: "false", aliases: ["authenticate_slaves"] },
  ),
  credentials: notEnforced(path, "File of principals and secrets.", NO_AUTHENTICATION),
  authenticators: notEnforced(text, "What authenticates agents and v0 frameworks.", NO_AUTHENTICATION, {
    default: "crammd5",
  }),
  http_framework_authenticators: notEnforced(text, "What authenticates frameworks.", NO_AUTHENTICATION, {
    unless: ["basic"],
  }),
  authorizers: notEnforced(text, "What authorizes.", NO_AUTHORIZATION, { default: "local" }),
  rate_limits: notEnforced(
    json((limits) => limits),
    "Calls a second that frameworks may make.",
    "calls are not limited yet",
  ),
  require_agent_domain: notEnforced(boolean, "Let only agents with a domain register.", "it is not checked yet", {
    default: "false",
  }),
  whitelist: notEnforced(path, "File of the only hosts whose agents are offered.", "every agent is offered", {
    unless: ["*"],
  }),
  agent_removal_rate_limit: notEnforced(
    text,
    "How many agents may be removed in what time, such as `1/10mins`.",
    "removals are not limited yet",
    { aliases: ["slave_removal_rate_limit"] },
  ),
  recovery_agent_removal_limit: notEnforced(
    text,
    "Share of the agents that may be lost at once after a restart.",
    "the master does not stop when many agents stay away",
    { default: "100%", aliases: ["recovery_slave_removal_limit"] },
  ),

  zk: unsupported(text, "ZooKeeper that elects the leading master.", ONE_MASTER),
  quorum: unsupported(integer(1), "Masters that must agree.", ONE_MASTER, { unless: ["1"] }),
  master_contender: unsupported(text, "Module that stands for election.", NO_MODULES),
  allocator: unsupported(text, "Allocator.", NO_MODULES, { default: "hierarchical" }),
  role_sorter: unsupported(choice("drf", "random"), "Order of roles.", "roles are sorted by dominant share alone", {
    default: "drf",
    aliases: ["user_sorter"],
  }),
  framework_sorter: unsupported(
    choice("drf", "random"),
    "Order of the frameworks of a role.",
    "frameworks are sorted by dominant share alone",
    { default: "drf" },
  ),
  fair_sharing_excluded_resource_names: unsupported(
    list,
    "Resources that do not count in the fair sharing.",
    "every resource counts in the fair sharing",
  ),
  registry_strict: unsupported(boolean, "Long gone from Mesos.", "Mesos has no such mode any more", {
    default: "false",
  }),
  max_executors_per_agent: unsupported(integer(1), "Executors per agent.", "executors are not counted yet", {
    aliases: ["max_executors_per_slave"],
  }),
};
