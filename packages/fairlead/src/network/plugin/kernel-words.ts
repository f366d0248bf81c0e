import { NetlinkError } from "@fairlead/netlink";

/** What the reference plugins say for an errno. Source: the messages of glibc, in lower case. */
const WORDS: ReadonlyMap<number, string> = new Map([
  [1, "operation not permitted"],
  [2, "no such file or directory"],
  [3, "no such process"],
  [11, "resource temporarily unavailable"],
  [12, "cannot allocate memory"],
  [13, "permission denied"],
  [16, "device or resource busy"],
  [17, "file exists"],
  [19, "no such device"],
  [22, "invalid argument"],
  [28, "no space left on device"],
  [34, "numerical result out of range"],
  [95, "operation not supported"],
  [97, "address family not supported by protocol"],
  [99, "cannot assign requested address"],
  [101, "network is unreachable"],
  [105, "no buffer space available"],
  [107, "transport endpoint is not connected"],
  [113, "no route to host"],
]);

/** A failure of the kernel as the reference plugins tell it: the words for its errno alone. Anything else: its message. */
export function kernelWords(error: unknown): string {
  if (error instanceof NetlinkError) {
    if (error.code === "NETLINK_ARGUMENT_INVALID") return "invalid argument";
    return (error.errno === undefined ? undefined : WORDS.get(error.errno)) ?? error.message;
  }
  return error instanceof Error ? error.message : String(error);
}
