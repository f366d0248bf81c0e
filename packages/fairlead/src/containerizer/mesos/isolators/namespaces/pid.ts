import type { Isolator } from "../../isolator.ts";

/**
 * `namespaces/pid`: the container sees its own processes only.
 *
 * The first process of a pid namespace ignores every signal that it has no handler for, and has to reap what others leave: so an init is put
 * before the command, or a plain `sleep 60` could not be ended with SIGTERM. `linux_info.share_pid_namespace` is honoured.
 */
export function createPidNamespaceIsolator({ init }: { readonly init: string }): Isolator {
  return {
    name: "namespaces/pid",
    async recover() {},
    async prepare(config) {
      return config.containerInfo?.linuxInfo?.sharePidNamespace
        ? undefined
        : { namespaces: [{ type: "pid" }], argvPrefix: [init, "--"] };
    },
    async cleanup() {},
  };
}
