/**
 * The command that runs `argv` with the root directory of a bundle made from the host's file system, in a mount namespace of its own.
 *
 * - The bind of `/` exists only there. In the host's mount table, a recursive delete of the runtime directory would reach the host's files.
 * - All is a slave of the host: nothing comes out, but what the host unmounts goes away here too. A private copy would keep the namespaces
 *   alive whose pins were mounted when this container began.
 * - `unifiedCgroup` is unmounted there: beside version 1 hierarchies crun refuses to work with it in sight.
 *
 * What these commands say goes to stderr; `argv` gets file descriptor 4 as its stderr.
 */
export function inPrivateMounts(
  argv: readonly string[],
  { rootfs, unifiedCgroup }: { readonly rootfs: string; readonly unifiedCgroup?: string },
): string[] {
  return [
    "unshare",
    "--mount",
    "--propagation",
    "slave",
    "sh",
    "-c",
    SCRIPT,
    "sh",
    unifiedCgroup ?? "",
    rootfs,
    ...argv,
  ];
}

const SCRIPT = `set -e
[ -z "$1" ] || umount "$1"
mount --rbind / "$2"
shift 2
exec "$@" 2>&4 4>&-`;
