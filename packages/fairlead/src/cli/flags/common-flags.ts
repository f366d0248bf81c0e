import { accepted, notEnforced, served, unsupported } from "./flag.ts";
import { boolean, bytes, choice, duration, integer, ip, ipv4, json, path, port, text } from "./kind.ts";
import { MAX_BODY_LIMIT_BYTES, MAX_UNREAD_LIMIT_BYTES, MIN_LIMIT_BYTES } from "./limits.ts";
import { domain } from "./mesos-kinds.ts";

const NO_AUTHENTICATION = "requests are not authenticated yet, everybody who reaches the address would be let in";
const NO_AUTHORIZATION = "authorization is not enforced yet, everybody may do everything";
const NO_MODULES = "modules of the original are shared libraries, which cannot be loaded here";

/** The flags that master and agent share. */
export const COMMON_FLAGS = {
  help: served(boolean, "Print the flags and exit.", { default: "false" }),
  version: served(boolean, "Print the version and exit.", { default: "false" }),
  ip: served(ipv4, "Address to listen on. Without it only this machine can connect (127.0.0.1)."),
  ip_discovery_command: served(path, "Program that prints the address to listen on; in place of `--ip`."),
  advertise_ip: served(ip, "Address under which others reach this server, where it is not the one it listens on."),
  advertise_port: served(port, "Port under which others reach this server, where it is not the one it listens on."),
  hostname: served(text, "Name to report; without it the name of the address, as the resolver knows it."),
  hostname_lookup: served(boolean, "Ask the resolver for the name of the address; if not, the address is reported.", {
    default: "true",
  }),
  domain: served(
    domain,
    'Fault domain of this machine, as JSON: `{"fault_domain":{"region":{"name":"r"},"zone":{"name":"z"}}}`.',
  ),
  logging_level: served(choice("INFO", "WARNING", "ERROR", "DEBUG"), "Least severity that is logged.", {
    default: "INFO",
  }),
  log_dir: served(path, "Directory to write the log to, beside stderr."),
  quiet: served(boolean, "Do not log to stderr.", { default: "false" }),
  logbufsecs: accepted(
    integer(0),
    "Seconds for which lines of the log may be held back.",
    "every line is written at once",
    {
      default: "0",
    },
  ),
  external_log_file: accepted(
    path,
    "File to which something else writes the log.",
    "it is named in `state.flags` alone",
  ),
  initialize_driver_logging: accepted(boolean, "Set up logging for drivers in the same process.", "there are none", {
    default: "true",
  }),
  agent_secret: served(
    path,
    "File with the secret that agents present to the master when they register; the same on both sides.",
  ),
  max_request_body_size: served(
    bytes(MIN_LIMIT_BYTES, MAX_BODY_LIMIT_BYTES),
    "Largest body of a request; a larger one is answered 413.",
    { default: "16MB" },
  ),
  max_unread_stream_size: served(
    bytes(MIN_LIMIT_BYTES, MAX_UNREAD_LIMIT_BYTES),
    "Bytes of events that a slow reader may leave unread before its stream is ended.",
    { default: "16MB" },
  ),
  zk_session_timeout: accepted(duration(0), "Session timeout of ZooKeeper.", "ZooKeeper is not used yet", {
    default: "10secs",
  }),
  memory_profiling: accepted(boolean, "Let jemalloc profile the memory.", "memory is managed by V8", {
    default: "false",
  }),
  authenticate_http_readonly: notEnforced(boolean, "Let only authenticated requests read.", NO_AUTHENTICATION, {
    default: "false",
  }),
  authenticate_http_readwrite: notEnforced(
    boolean,
    "Let only authenticated requests change anything.",
    NO_AUTHENTICATION,
    {
      default: "false",
      aliases: ["authenticate_http"],
    },
  ),
  http_authenticators: notEnforced(text, "What authenticates requests.", NO_AUTHENTICATION, { default: "basic" }),
  firewall_rules: notEnforced(
    json((rules) => rules),
    "Endpoints that are switched off.",
    "endpoints cannot be switched off yet",
  ),
  acls: notEnforced(
    json((acls) => acls),
    "Who may do what.",
    NO_AUTHORIZATION,
  ),
  modules: unsupported(text, "Modules to load.", NO_MODULES),
  modules_dir: unsupported(path, "Directory of module manifests.", NO_MODULES),
  hooks: unsupported(text, "Hook modules to install.", NO_MODULES),
  master_detector: unsupported(text, "Module that finds the leading master.", NO_MODULES),
};

export { NO_AUTHENTICATION, NO_AUTHORIZATION, NO_MODULES };
