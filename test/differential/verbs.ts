import assert from "node:assert/strict";
import type { CniErrorCode, JsonObject, RuntimeConf, ValidAttachment } from "@fairlead/cni";

/** Who runs the plugins of a call: those of Debian as processes, or as the product does: built in, and processes for the rest. */
export type Side = "reference" | "built-in";

/** One verb for a whole network, as an agent would call it. `config` is the file of an operator. */
export type VerbCall = { readonly side: Side; readonly config: JsonObject } & (
  | { readonly verb: "ADD"; readonly conf: RuntimeConf }
  | { readonly verb: "DEL"; readonly conf: RuntimeConf; readonly prevResult?: JsonObject | undefined }
  | { readonly verb: "CHECK"; readonly conf: RuntimeConf; readonly prevResult: JsonObject }
  | { readonly verb: "GC"; readonly valid: readonly ValidAttachment[] }
  | { readonly verb: "STATUS" }
);

/** A namespace for a container, pinned at a path: one of the pool where it has one. */
export interface NamespaceCall {
  readonly verb: "NAMESPACE";
  readonly path: string;
}

/** How a call ended; ADD gives the result. */
export type VerbAnswer =
  | { readonly result: JsonObject | undefined }
  | {
      readonly failed: { readonly code: CniErrorCode; readonly pluginCode: number | undefined };
      readonly message: string;
    };

/** What the process that serves the verbs is asked, and says. */
export interface VerbRequest {
  readonly id: number;
  readonly call: VerbCall | NamespaceCall;
}

export type VerbReply = { readonly ready: true } | { readonly id: number; readonly answer: VerbAnswer };

/** What a call gave; it must not have failed. */
export function given(answer: VerbAnswer, mayBeNothing = false): JsonObject {
  if ("failed" in answer) assert.fail(`${JSON.stringify(answer.failed)}: ${answer.message}`);
  assert.ok(mayBeNothing || answer.result !== undefined);
  return answer.result ?? {};
}
