/** The thread that makes all changes to the network, one after the other. Started by `start-network-worker.ts`. */
import assert from "node:assert/strict";
import { parentPort, workerData } from "node:worker_threads";
import { CniError } from "@fairlead/cni";
import { NetlinkError } from "@fairlead/netlink";
import { errorText } from "../../base/errors.ts";
import { errorCode } from "../../base/files/error-code.ts";
import { idleRefill } from "../namespace/idle-refill.ts";
import { Kernel } from "../plugin/kernel.ts";
import { isNamespaceLost } from "../plugin/namespace-lost.ts";
import { failure } from "../plugin/plugin-error.ts";
import { removeUnusedTables } from "../remove-unused-tables.ts";
import {
  type ErrorMessage,
  type NetworkAnswer,
  type NetworkRequest,
  type NetworkThreadData,
  toErrorMessage,
} from "./messages.ts";
import { runTask } from "./run-task.ts";

assert(parentPort !== null, "this module is the start of a worker thread");
const port = parentPort;
const kernel = new Kernel(workerData as NetworkThreadData); // started by start-network-worker.ts alone
const refill = idleRefill(kernel.pool);
port.on("message", (request: NetworkRequest) => {
  if (request.kind === "close") {
    refill.stop();
    try {
      removeUnusedTables(kernel);
    } catch {
      // rules without elements do nothing; the next end of an agent tries again
    }
    kernel[Symbol.dispose]();
    port.close();
    return;
  }
  const served = serve(request);
  // in the wrong namespace nothing may be done any more, nor said to be done: the thread ends, and what it had fails with it
  kernel.requireHome();
  answer(served);
  refill.touch();
});
answer({ kind: "ready" });

function serve({ id, task }: NetworkRequest & { kind: "task" }): NetworkAnswer {
  try {
    return { kind: "done", id, result: runTask(kernel, task) };
  } catch (error) {
    if (isNamespaceLost(error)) throw error;
    return { kind: "failed", id, error: toMessage(error) };
  }
}

function toMessage(error: unknown): ErrorMessage {
  if (error instanceof CniError) return toErrorMessage(error);
  const isForeseen = error instanceof NetlinkError || errorCode(error) !== undefined;
  return toErrorMessage(failure(errorText(error), error), isForeseen ? undefined : stackOf(error));
}

function stackOf(error: unknown): string {
  return (error instanceof Error ? error.stack : undefined) ?? errorText(error);
}

function answer(message: NetworkAnswer): void {
  port.postMessage(message);
}
