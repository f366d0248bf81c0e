import { NetlinkError, type NetlinkRequest, type NetlinkSocket } from "@fairlead/netlink";
import { kernelWords } from "./kernel-words.ts";
import { failure } from "./plugin-error.ts";

/** A request, and what an error says when the kernel refuses it with certain words. */
export interface NamedRequest {
  readonly request: NetlinkRequest;
  readonly refused: (words: string) => string;
}

/** Has several things done in one system call. Errors: code 999 with the first refusal, in the words of the reference. */
export function requestNamed(socket: NetlinkSocket, named: readonly NamedRequest[]): void {
  try {
    socket.requestAll(named.map(({ request }) => request));
  } catch (error) {
    const operation = error instanceof NetlinkError ? error.operation : undefined;
    const failed = named.find(({ request }) => request.operation === operation);
    if (failed === undefined) throw error;
    throw failure(failed.refused(kernelWords(error)), error);
  }
}
