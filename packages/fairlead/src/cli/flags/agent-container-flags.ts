import { accepted, notEnforced, served, unsupported } from "./flag.ts";
import { boolean, bytes, choice, duration, json, list, path, text } from "./kind.ts";

const NO_IMAGES = "images are not provisioned yet: a task with an image is TASK_ERROR";
const NO_DOCKER = "the Docker containerizer is not there yet: a Docker task is TASK_ERROR";
const NO_VOLUMES = "volumes are not there yet: a task with volumes is TASK_ERROR";
const NO_DEVICES = "`cgroups/devices` is not there yet";
const NO_NET_CLS = "`cgroups/net_cls` is not there yet";
const NO_DISK_ISOLATOR = "only `disk/du` and `disk/xfs` read it, which `--isolation` refuses by name";
const NO_PERF_EVENT = "only `cgroups/perf_event` reads it, which `--isolation` refuses by name";
const NO_IPC = "only `namespaces/ipc` reads it, which `--isolation` refuses by name";
const FIXED_CAPABILITIES = "containers get the default capabilities of OCI, without NET_ADMIN and NET_RAW";
const NO_SECCOMP = "containers run without a seccomp profile";

/** The agent's flags of containerizers and isolators, networks left aside. */
export const AGENT_CONTAINER_FLAGS = {
  isolation: served(
    text,
    "Isolators of the Mesos containerizer, separated by commas; the limits of cpu, memory and processes, and `network/cni`, are always added.",
    { default: "posix/cpu,posix/mem" },
  ),
  cgroups_hierarchy: served(path, "Where the cgroup hierarchies are mounted.", { default: "/sys/fs/cgroup" }),
  cgroups_root: served(text, "Cgroup below which containers get theirs.", { default: "mesos" }),
  cgroups_enable_cfs: served(boolean, "Hold containers to their cpus, even when others leave some unused.", {
    default: "false",
  }),
  cgroups_limit_swap: served(boolean, "Limit swap along with memory, on cgroup version 1.", { default: "false" }),
  cgroups_destroy_timeout: served(duration(1000), "Time in which the processes of an ended container must be gone.", {
    default: "1mins",
  }),
  containerizers: unsupported(list, "Containerizers, in the order in which they are tried.", NO_DOCKER, {
    default: "mesos",
  }),
  launcher: unsupported(
    choice("linux", "posix"),
    "What starts containers.",
    "an OCI runtime starts them, in namespaces and cgroups of their own",
    { default: "linux" },
  ),

  cgroups_cpu_enable_pids_and_tids_count: accepted(
    boolean,
    "Count processes and threads.",
    "the pids controller counts them",
    { default: "false" },
  ),
  revocable_cpu_low_priority: accepted(boolean, "Run revocable containers at a lower priority.", "there are none", {
    default: "true",
  }),
  image_provisioner_backend: accepted(text, "How a root file system is made from an image.", NO_IMAGES),
  image_gc_config: accepted(
    json((config) => config),
    "When images are removed.",
    NO_IMAGES,
  ),
  appc_simple_discovery_uri_prefix: accepted(text, "Where Appc images are found.", NO_IMAGES, { default: "http://" }),
  appc_store_dir: accepted(path, "Directory of Appc images.", NO_IMAGES, { default: "/tmp/mesos/store/appc" }),
  docker_registry: accepted(text, "Registry of images.", NO_IMAGES, { default: "https://registry-1.docker.io" }),
  docker_store_dir: accepted(path, "Directory of Docker images.", NO_IMAGES, { default: "/tmp/mesos/store/docker" }),
  docker_config: accepted(text, "Docker's configuration, for registries.", NO_IMAGES),
  docker_ignore_runtime: accepted(boolean, "Ignore the runtime configuration of images.", NO_IMAGES, {
    default: "false",
  }),
  sandbox_directory: accepted(path, "Where containers with an image see their sandbox.", NO_IMAGES, {
    default: "/mnt/mesos/sandbox",
  }),
  docker: accepted(text, "Docker's command.", NO_DOCKER, { default: "docker" }),
  docker_socket: accepted(path, "Docker's socket.", NO_DOCKER, { default: "/var/run/docker.sock" }),
  docker_remove_delay: accepted(duration(0), "Time for which ended Docker containers are kept.", NO_DOCKER, {
    default: "6hrs",
  }),
  docker_stop_timeout: accepted(duration(0), "Time that Docker gives a container to stop.", NO_DOCKER, {
    default: "0ns",
  }),
  docker_kill_orphans: accepted(boolean, "End Docker containers of earlier agents.", NO_DOCKER, { default: "true" }),
  docker_volume_checkpoint_dir: accepted(path, "Directory of what is known of Docker volumes.", NO_VOLUMES, {
    default: "/var/run/mesos/isolators/docker/volume",
  }),
  docker_volume_chown: accepted(boolean, "Give Docker volumes to the container's user.", NO_VOLUMES, {
    default: "false",
  }),
  volume_gid_range: accepted(text, "Groups of shared volumes, such as `[10000-20000]`.", NO_VOLUMES),
  host_path_volume_force_creation: accepted(text, "Where directories of volumes may be made.", NO_VOLUMES),
  container_disk_watch_interval: accepted(duration(0), "Time between two looks at a sandbox.", NO_DISK_ISOLATOR, {
    default: "15secs",
  }),
  enforce_container_disk_quota: accepted(boolean, "End containers whose sandbox is too large.", NO_DISK_ISOLATOR, {
    default: "false",
  }),
  xfs_project_range: accepted(text, "Project ids of XFS.", NO_DISK_ISOLATOR, { default: "[5000-10000]" }),
  xfs_kill_containers: accepted(boolean, "End containers beyond their quota.", NO_DISK_ISOLATOR, { default: "false" }),
  xfs_quota_headroom: accepted(bytes(0, 1024 ** 5), "Headroom above the quota.", NO_DISK_ISOLATOR, { default: "0B" }),
  perf_events: accepted(list, "Events to sample.", NO_PERF_EVENT),
  perf_interval: accepted(duration(0), "Time between two samples.", NO_PERF_EVENT, { default: "1mins" }),
  perf_duration: accepted(duration(0), "Length of a sample.", NO_PERF_EVENT, { default: "10secs" }),
  default_container_shm_size: accepted(bytes(1, 1024 ** 5), "Size of `/dev/shm`.", NO_IPC),

  effective_capabilities: notEnforced(
    json((capabilities) => capabilities),
    "Capabilities of tasks.",
    FIXED_CAPABILITIES,
    {
      aliases: ["allowed_capabilities"],
    },
  ),
  bounding_capabilities: notEnforced(
    json((capabilities) => capabilities),
    "Capabilities that tasks can get at most.",
    FIXED_CAPABILITIES,
  ),
  seccomp_config_dir: notEnforced(path, "Directory of seccomp profiles.", NO_SECCOMP),
  seccomp_profile_name: notEnforced(text, "Default seccomp profile.", NO_SECCOMP),
  disallow_sharing_agent_ipc_namespace: notEnforced(
    boolean,
    "Give every container an IPC namespace.",
    "containers share the IPC namespace of the agent",
    { default: "false" },
  ),
  disallow_sharing_agent_pid_namespace: notEnforced(
    boolean,
    "Refuse containers that share the pid namespace of the agent.",
    "without `namespaces/pid` in `--isolation` all of them share it",
    { default: "false" },
  ),
  allowed_devices: unsupported(
    json((devices) => devices),
    "Devices that containers may use.",
    NO_DEVICES,
  ),
  cgroups_net_cls_primary_handle: unsupported(text, "Primary handle of net_cls.", NO_NET_CLS),
  cgroups_net_cls_secondary_handles: unsupported(text, "Secondary handles of net_cls.", NO_NET_CLS),
  image_providers: unsupported(list, "Kinds of images, such as `docker`.", NO_IMAGES),
  docker_mesos_image: unsupported(text, "Image that the agent itself runs from.", NO_DOCKER),
  nvidia_gpu_devices: unsupported(list, "GPUs that containers may use.", "GPUs are not isolated yet"),
  default_container_info: unsupported(
    json((info) => info),
    "ContainerInfo of executors that have none.",
    "it is not added yet",
  ),
};
