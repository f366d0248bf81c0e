import { AGENT_CONTAINER_FLAGS } from "./agent-container-flags.ts";
import { AGENT_NETWORK_FLAGS } from "./agent-network-flags.ts";
import { COMMON_FLAGS, NO_AUTHENTICATION, NO_AUTHORIZATION, NO_MODULES } from "./common-flags.ts";
import { accepted, notEnforced, served, unsupported } from "./flag.ts";
import { boolean, bytes, choice, duration, integer, ipv6, json, list, number, path, port, text } from "./kind.ts";
import { attributes, masterAddress, role } from "./mesos-kinds.ts";

const BUILT_IN_EXECUTORS = "executors are built into the agent, they need not register";
const NO_FETCHER = "nothing is fetched yet: a task with URIs is TASK_ERROR";
const NO_CRAMMD5 = "agents do not authenticate with CRAM-MD5; `--agent_secret` is what they present";
const NO_PROVIDERS = "resource providers are not there yet";
const NO_OVERSUBSCRIPTION = "resources are not oversubscribed";

const SECOND_MS = 1000;

/** Every flag of the agent: Mesos's, and a few of its own. */
export const AGENT_FLAGS = {
  ...COMMON_FLAGS,
  port: served(port, "Port to listen on.", { default: "5051" }),
  ip6: served(ipv6, "IPv6 address that is reported for containers on the host network; nothing listens on it."),
  ip6_discovery_command: served(path, "Program that prints the address for `--ip6`; in its place."),
  master: served(masterAddress, "The master: `host:port`, or `file:///path` of a file that holds it."),
  work_dir: served(path, "Directory of the sandboxes, and of what the agent must know after a restart."),
  runtime_dir: served(path, "Directory of what lives until the next boot: containers, pinned network namespaces.", {
    default: "/var/run/mesos",
  }),
  resources: served(
    text,
    "What the agent offers, such as `cpus:4;mem:2048;disk(web):100;ports:[31000-32000]`, or as JSON; what is left out is detected.",
  ),
  default_role: served(role, "Role of resources that name none.", { default: "*" }),
  attributes: served(attributes, "Attributes that frameworks see, such as `rack:a;zone:2`."),
  switch_user: served(boolean, "Run tasks as the user that they ask for; if not, as the user of the agent.", {
    default: "true",
  }),
  registration_backoff_factor: served(
    duration(1),
    "Longest wait before the first attempt to register; it doubles with each attempt, up to 1mins.",
    { default: "1secs" },
  ),
  executor_shutdown_grace_period: served(
    duration(0),
    "Time that tasks have to end before they are killed, where they name none.",
    {
      default: "5secs",
    },
  ),
  recover: served(
    choice("reconnect", "cleanup"),
    "What happens to the containers of the run before: `reconnect` lets them go on, `cleanup` ends them and exits.",
    { default: "reconnect" },
  ),
  gc_delay: served(duration(0), "Time for which the sandboxes of ended tasks are kept.", { default: "1weeks" }),
  max_completed_executors_per_framework: served(integer(0), "Ended executors of a framework that are remembered.", {
    default: "150",
  }),
  ...AGENT_CONTAINER_FLAGS,
  ...AGENT_NETWORK_FLAGS,

  gc_disk_headroom: accepted(
    number(0, 1),
    "Share of the disk that is kept free by removing sandboxes earlier.",
    "sandboxes are removed after `--gc_delay`, however full the disk is",
    { default: "0.1" },
  ),
  disk_watch_interval: accepted(
    duration(0),
    "Time between two looks at the disk.",
    "sandboxes are removed after `--gc_delay`, however full the disk is",
    { default: "1mins" },
  ),
  gc_non_executor_container_sandboxes: accepted(
    boolean,
    "Remove sandboxes of nested containers.",
    "there are no nested containers yet",
    { default: "false" },
  ),
  http_heartbeat_interval: accepted(duration(0), "Heartbeats of container sessions.", "there are no sessions yet", {
    default: "30secs",
  }),
  http_command_executor: accepted(boolean, "Use the v1 command executor.", BUILT_IN_EXECUTORS, { default: "false" }),
  executor_registration_timeout: accepted(duration(0), "Time for an executor to register.", BUILT_IN_EXECUTORS, {
    default: "1mins",
  }),
  executor_reregistration_timeout: accepted(
    duration(0, 15 * SECOND_MS),
    "Time for an executor to register after a restart of the agent.",
    BUILT_IN_EXECUTORS,
    { default: "2secs" },
  ),
  executor_reregistration_retry_interval: accepted(
    duration(0),
    "Time between two requests to register again.",
    BUILT_IN_EXECUTORS,
  ),
  recovery_timeout: accepted(
    duration(0),
    "Time after which executors give up waiting for the agent.",
    "none gives up",
    {
      default: "15mins",
    },
  ),
  strict: accepted(
    boolean,
    "Refuse to start on an error of recovery.",
    "damaged state is set aside and rebuilt from what runs, in either case",
    { default: "true" },
  ),
  domain_socket_location: accepted(path, "Socket for executors.", BUILT_IN_EXECUTORS),
  frameworks_home: accepted(text, "Directory of relative URIs.", NO_FETCHER),
  hadoop_home: accepted(path, "Directory of Hadoop, for URIs.", NO_FETCHER),
  fetcher_cache_size: accepted(bytes(0, 1024 ** 6), "Size of the cache of fetched files.", NO_FETCHER, {
    default: "2GB",
  }),
  fetcher_cache_dir: accepted(path, "Directory of fetched files.", NO_FETCHER, { default: "/tmp/mesos/fetch" }),
  fetcher_stall_timeout: accepted(duration(0), "Time after which a stalled download is given up.", NO_FETCHER, {
    default: "1mins",
  }),
  launcher_dir: accepted(path, "Directory of helper programs.", "there are none", {
    default: "/usr/local/libexec/mesos",
  }),
  authentication_backoff_factor: accepted(duration(0), "Waits between attempts to authenticate.", NO_CRAMMD5, {
    default: "1secs",
  }),
  authentication_timeout_min: accepted(duration(0), "Shortest time of an attempt to authenticate.", NO_CRAMMD5, {
    default: "5secs",
  }),
  authentication_timeout_max: accepted(duration(0), "Longest time of an attempt to authenticate.", NO_CRAMMD5, {
    default: "1mins",
  }),
  oversubscribed_resources_interval: accepted(duration(0), "Time between two estimates.", NO_OVERSUBSCRIPTION, {
    default: "15secs",
  }),
  qos_correction_interval_min: accepted(duration(0), "Time between two corrections.", NO_OVERSUBSCRIPTION, {
    default: "0ns",
  }),
  agent_features: accepted(
    json((features) => features),
    "Capabilities to announce.",
    "what can be done is announced",
  ),
  systemd_enable_support: accepted(
    boolean,
    "Move executors out of the agent's unit.",
    "conmon and the cgroups outlive the agent",
    {
      default: "true",
    },
  ),
  systemd_runtime_directory: accepted(path, "Directory of systemd.", "conmon and the cgroups outlive the agent", {
    default: "/run/systemd/system",
  }),

  credential: notEnforced(path, "File with the agent's principal and secret.", NO_CRAMMD5),
  http_credentials: notEnforced(path, "File of principals and secrets.", NO_AUTHENTICATION),
  authenticatee: notEnforced(text, "What the agent authenticates with.", NO_CRAMMD5, { default: "crammd5" }),
  authorizer: notEnforced(text, "What authorizes.", NO_AUTHORIZATION, { default: "local" }),
  authenticate_http_executors: notEnforced(boolean, "Let only authenticated executors connect.", NO_AUTHENTICATION, {
    default: "false",
  }),
  jwt_secret_key: notEnforced(path, "File with the key that signs the tokens of executors.", NO_AUTHENTICATION, {
    aliases: ["executor_secret_key"],
  }),
  http_executor_domain_sockets: unsupported(
    boolean,
    "Let executors connect by a Unix socket.",
    "custom executors are not there yet",
    { default: "false" },
  ),
  executor_environment_variables: unsupported(
    json((environment) => environment),
    "Environment of executors and tasks.",
    "it is not passed on yet",
  ),
  reconfiguration_policy: unsupported(
    choice("equal", "additive"),
    "Which changes of resources and attributes a restart may bring.",
    "an agent whose resources, attributes or domain changed starts as a new one only",
    { default: "equal" },
  ),
  container_logger: unsupported(text, "Module that takes the output of containers.", NO_MODULES),
  secret_resolver: unsupported(text, "Module that resolves secrets.", NO_MODULES),
  resource_estimator: unsupported(text, "Module that estimates what can be oversubscribed.", NO_MODULES),
  qos_controller: unsupported(text, "Module that corrects oversubscription.", NO_MODULES),
  disk_profile_adaptor: unsupported(text, "Module of disk profiles.", NO_MODULES),
  resource_provider_config_dir: unsupported(path, "Directory of resource providers.", NO_PROVIDERS),
  csi_plugin_config_dir: unsupported(path, "Directory of CSI plugins.", NO_PROVIDERS),
  agent_subsystems: unsupported(
    list,
    "Cgroups that the agent itself runs in.",
    "the agent stays in the cgroups of its caller",
    {
      aliases: ["slave_subsystems"],
    },
  ),
};
