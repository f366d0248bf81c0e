import { EventEmitter } from "node:events";
import type { JsonObject } from "@fairlead/cni";
import type { NetworkAnswer, NetworkRequest } from "./messages.ts";
import type { NetworkThread } from "./network-worker.ts";

/** A thread that does what a test tells it. */
export class FakeThread extends EventEmitter implements NetworkThread {
  readonly requests: NetworkRequest[] = [];
  isTerminated = false;

  postMessage(request: NetworkRequest): void {
    this.requests.push(request);
  }

  async terminate(): Promise<number> {
    this.isTerminated = true;
    this.emit("exit");
    return 1;
  }

  say(answer: NetworkAnswer): void {
    this.emit("message", answer);
  }

  /** Answers the task that it got as the `index`th request. */
  done(index: number, result?: JsonObject): void {
    this.say({ kind: "done", id: this.#id(index), result });
  }

  failed(index: number, message: string, bug?: string): void {
    this.say({
      kind: "failed",
      id: this.#id(index),
      error: { code: "CNI_PLUGIN_FAILED", message, fields: { pluginCode: 7, details: undefined }, bug },
    });
  }

  die(error: Error): void {
    this.emit("error", error);
    this.emit("exit");
  }

  /** The paths of the tasks that it got, and what else. */
  get got(): string[] {
    return this.requests.map((request) => {
      return request.kind === "task" && "path" in request.task ? request.task.path : request.kind;
    });
  }

  #id(index: number): number {
    const request = this.requests[index];
    if (request?.kind !== "task") throw new Error(`there is no task ${index}`);
    return request.id;
  }
}
