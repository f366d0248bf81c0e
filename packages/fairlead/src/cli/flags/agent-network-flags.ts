import { builtInPlugins } from "./built-in-plugins.ts";
import { accepted, served, unsupported } from "./flag.ts";
import { boolean, duration, integer, json, path, searchPath, text } from "./kind.ts";

const PORT_MAPPING = "only `network/port_mapping` reads it, which `--isolation` refuses by name";
const NETWORK_PORTS = "only `network/ports` reads it, which `--isolation` refuses by name";

const SECOND_MS = 1000;
const HOUR_MS = 3600 * SECOND_MS;

/** The agent's flags of networks. */
export const AGENT_NETWORK_FLAGS = {
  network_cni_config_dir: served(
    path,
    "Directory of CNI network configurations; it is read again when a network is asked for that is not known.",
  ),
  network_cni_plugins_dir: served(searchPath, "Directories of CNI plugins, separated by colons."),
  network_cni_plugin_timeout: served(
    duration(SECOND_MS, HOUR_MS),
    "Time after which a CNI plugin that has not ended is killed, and the launch fails.",
    { default: "60secs" },
  ),
  network_cni_builtin_plugins: served(
    builtInPlugins,
    "CNI plugins that are not run as programs: `all` that are built in, `none`, or types separated by commas.",
    { default: "all" },
  ),
  network_cni_pool_size: served(
    integer(0, 64),
    "How many network namespaces with a veth are made ahead while nothing else is to do; 0: none.",
    { default: "4" },
  ),
  network_cni_metrics: accepted(boolean, "Count packets of containers.", "they are not counted yet", {
    default: "true",
  }),
  network_cni_root_dir_persist: unsupported(
    boolean,
    "Keep what is known of CNI networks in `--work_dir`, over a reboot.",
    "it is kept in `--runtime_dir`, and gone after a reboot",
    { default: "false" },
  ),
  default_container_dns: unsupported(
    json((dns) => dns),
    "Name servers of containers whose network names none.",
    "containers get the name servers of their network, else those of the host",
  ),

  ephemeral_ports_per_container: accepted(integer(16), "Ephemeral ports of a container.", PORT_MAPPING, {
    default: "1024",
  }),
  eth0_name: accepted(text, "Public interface.", PORT_MAPPING),
  lo_name: accepted(text, "Loopback interface.", PORT_MAPPING),
  egress_rate_limit_per_container: accepted(text, "Bytes a second that a container may send.", PORT_MAPPING),
  egress_rate_per_cpu: accepted(
    text,
    "Bytes a second that a container may send for each cpu, or `auto`.",
    PORT_MAPPING,
  ),
  minimum_egress_rate_limit: accepted(text, "Least bytes a second to send.", PORT_MAPPING),
  maximum_egress_rate_limit: accepted(text, "Most bytes a second to send.", PORT_MAPPING),
  egress_ceil_limit: accepted(text, "Bytes a second to send in a burst.", PORT_MAPPING),
  egress_burst: accepted(text, "Bytes of a burst to send.", PORT_MAPPING),
  egress_unique_flow_per_container: accepted(boolean, "Give each container a flow of its own.", PORT_MAPPING, {
    default: "false",
  }),
  egress_flow_classifier_parent: accepted(text, "Parent of the flow classifier.", PORT_MAPPING, { default: "root" }),
  ingress_rate_limit_per_container: accepted(text, "Bytes a second that a container may receive.", PORT_MAPPING),
  ingress_rate_per_cpu: accepted(
    text,
    "Bytes a second that a container may receive for each cpu, or `auto`.",
    PORT_MAPPING,
  ),
  minimum_ingress_rate_limit: accepted(text, "Least bytes a second to receive.", PORT_MAPPING),
  maximum_ingress_rate_limit: accepted(text, "Most bytes a second to receive.", PORT_MAPPING),
  ingress_ceil_limit: accepted(text, "Bytes a second to receive in a burst.", PORT_MAPPING),
  ingress_burst: accepted(text, "Bytes of a burst to receive.", PORT_MAPPING),
  ingress_isolate_existing_containers: accepted(boolean, "Limit containers that run already.", PORT_MAPPING, {
    default: "true",
  }),
  network_link_speed: accepted(text, "Bytes a second of the link.", PORT_MAPPING),
  network_enable_socket_statistics_summary: accepted(boolean, "Count sockets.", PORT_MAPPING, { default: "false" }),
  network_enable_socket_statistics_details: accepted(boolean, "Measure round-trip times.", PORT_MAPPING, {
    default: "false",
  }),
  network_enable_snmp_statistics: accepted(boolean, "Read the SNMP counters.", PORT_MAPPING, { default: "false" }),
  network_enable_rate_statistics: accepted(boolean, "Measure rates.", PORT_MAPPING, { default: "false" }),
  network_rate_statistics_window: accepted(duration(0), "Window of the rates.", PORT_MAPPING),
  network_rate_statistics_interval: accepted(duration(0), "Time between two measurements of rates.", PORT_MAPPING),
  container_ports_watch_interval: accepted(duration(0), "Time between two looks at open ports.", NETWORK_PORTS, {
    default: "30secs",
  }),
  check_agent_port_range_only: accepted(boolean, "Look at the agent's ports alone.", NETWORK_PORTS, {
    default: "false",
  }),
  enforce_container_ports: accepted(
    boolean,
    "End containers that listen on ports that are not theirs.",
    NETWORK_PORTS,
    {
      default: "false",
    },
  ),
  container_ports_isolated_range: accepted(text, "Look at these ports alone, such as `[0-35000]`.", NETWORK_PORTS),
};
