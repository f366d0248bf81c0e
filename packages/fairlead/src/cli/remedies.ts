import type { ErrorCode } from "../base/errors.ts";

/** What to do about each error: printed with a fatal one, and told in docs/errors.md (a test keeps both in step). */
export const REMEDIES: Readonly<Record<ErrorCode, string>> = {
  FLAG_INVALID: "correct the flag; the message says what it takes, `docs/flags.md` tells of every flag",
  FLAG_UNKNOWN: "correct the name; `--help` lists the flags of a command",
  FLAG_NOT_ENFORCED: "remove the flag, and let only those reach the address who may do everything",
  FLAG_UNSUPPORTED: "remove the flag; `docs/compatibility.md` tells what is planned",
  ADDRESS_UNAVAILABLE:
    "give an address of this machine with `--ip` and a port that nothing listens on with `--port`; below 1024 it takes root",
  OUTPUT_FAILED: "is the disk full, or has the program that reads it ended?",
  DIRECTORY_IN_USE: "stop the other process, or give this one directories of its own",
  SCHEMA_TOO_NEW: "start the version that wrote it, or a newer one",
  STORE_FAILED: "look at the disk: is it full, read-only or failing?",
  STORE_DAMAGED:
    "nothing at once, the state is rebuilt from what runs; keep the set-aside file for a report, then remove it",
  EXEC_FAILED: "read what the program printed, it is in the message",
  EXEC_TIMEOUT: "find out what the program waits for; for a CNI plugin see `--network_cni_plugin_timeout`",
  EXEC_OUTPUT_TOO_LARGE: "the program is broken, or logs to stdout: mend or replace it",
  USER_UNKNOWN:
    "create the user on every agent, let the task name another one, or start agents with `--no-switch_user`",
  ISOLATION_INVALID: "name isolators that `docs/flags.md` lists, each once, and one network isolator at most",
  RUNTIME_MISSING: "install crun or runc, and conmon (`script/bootstrap` does)",
  RUNTIME_FAILED: "read what the runtime said, it is in the message",
  CGROUP_UNAVAILABLE: "mount the controllers cpu, memory and pids, or leave their isolators out of `--isolation`",
  CONTAINER_EXISTS: "nothing: the launch was asked for twice",
  CONTAINER_UNKNOWN: "nothing: the container has ended",
  CONTAINER_INVALID: "correct the task; the message names the field",
  CONTAINER_DESTROYED: "nothing: the task was killed while it was being launched",
  NETWORK_UNKNOWN:
    "put a configuration with this name into `--network_cni_config_dir` of the agents; it is read without a restart",
  NETWORK_INVALID: "correct `network_infos` of the task; the message says which",
  NETWORK_FAILED: "read what the plugin said, it is in the message; what it had done was undone",
  NAMESPACE_FAILED: "is the agent root, and `--runtime_dir` on a file system of its own that can hold mount points?",
  SANDBOX_FAILED: "look at `--work_dir`: is it full, read-only, or closed to the user of the task?",
  CROSSES_MOUNT: "unmount what lies below the directory; it is removed with the next attempt",
  REQUEST_INVALID: "correct the request; the message says what is wrong",
  REQUEST_TOO_LARGE: "send less at once, or start with a larger `--max_request_body_size`",
  HOST_FORBIDDEN:
    "ask with the server's address or `localhost` as Host; to let browsers and others in, listen with `--ip` on another address",
  MASTER_UNREACHABLE: "start the master, or correct `--master`; agents go on trying by themselves",
  AGENT_REFUSED: "the message tells the master's reason; for a secret, give both the same `--agent_secret`",
  AGENT_INCOMPATIBLE:
    "start it as before, or remove the link that the message names: its tasks are ended, and it registers as a new agent",
  BUSY: "wait and try again",
};
