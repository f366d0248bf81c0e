/** The thread that makes all changes to the network, one after the other. Started by `start-network-worker.ts`. */
import assert from "node:assert/strict";
import { parentPort, workerData } from "node:worker_threads";
import { CniError } from "@fairlead/cni";
import { NetlinkError } from "@fairlead/netlink";
import { idleRefill } from "../namespace/idle-refill.ts";
import { Kernel } from "../plugin/kernel.ts";
import { failure } from "../plugin/plugin-error.ts";
import { type NetworkAnswer, type NetworkRequest, type NetworkThreadData, toErrorMessage } from "./messages.ts";
import { runTask } from "./run-task.ts";

assert(parentPort !== null, "this module is the start of a worker thread");
const port = parentPort;
const kernel = new Kernel(workerData as NetworkThreadData); // started by start-network-worker.ts alone
const refill = idleRefill(kernel.pool);
port.on("message", (request: NetworkRequest) => {
  if (request.kind === "close") {
    refill.stop();
    kernel[Symbol.dispose]();
    port.close();
    return;
  }
  answer(serve(request));
  kernel.requireHome();
  if (request.task.kind === "create-namespace" && request.task.withVeth) refill.start();
});

function serve({ id, task }: NetworkRequest & { kind: "task" }): NetworkAnswer {
  try {
    return { kind: "done", id, result: runTask(kernel, task) };
  } catch (error) {
    // in the wrong namespace nothing may be done any more: the thread ends, and what is waiting fails with it
    if (error instanceof NetlinkError && error.code === "NETLINK_NAMESPACE_LOST") throw error;
    return { kind: "failed", id, error: toErrorMessage(toCniError(error)) };
  }
}

function toCniError(error: unknown): CniError {
  if (error instanceof CniError) return error;
  return failure(error instanceof Error ? error.message : String(error), error);
}

function answer(message: NetworkAnswer): void {
  port.postMessage(message);
}
