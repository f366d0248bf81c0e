import { CniError, type CniErrorCode, type CniErrorFields, type JsonObject, type PluginCall } from "@fairlead/cni";
import type { DefaultRoutes } from "../namespace/default-routes.ts";

/** What the network thread is started with. */
export interface NetworkThreadData {
  /** How many namespaces are made ahead; 0: none. */
  readonly poolSize: number;
}

/** What the network thread does on request. */
export type NetworkTask =
  /** One verb of a built-in plugin. Gives its result. */
  | { readonly kind: "plugin"; readonly call: PluginCall; readonly ipamProcess: IpamProcess | undefined }
  /** A network namespace for a container, pinned at `path`, a file that is there. */
  | { readonly kind: "create-namespace"; readonly path: string; readonly withVeth: boolean }
  /** Takes the pin away, and the file. Gives nothing; nothing happens where there is none. */
  | { readonly kind: "release-namespace"; readonly path: string }
  /** Takes the default routes out of the main table of the namespace at `path`. Gives them. */
  | { readonly kind: "take-default-routes"; readonly path: string }
  /** Puts such routes in. */
  | { readonly kind: "put-default-routes"; readonly path: string; readonly routes: DefaultRoutes };

/** What each kind of task gives. */
export interface NetworkTaskResult {
  readonly plugin: JsonObject | undefined;
  readonly "create-namespace": undefined;
  readonly "release-namespace": undefined;
  readonly "take-default-routes": DefaultRoutes;
  readonly "put-default-routes": undefined;
}

export type NetworkRequest =
  | { readonly kind: "task"; readonly id: number; readonly task: NetworkTask }
  | { readonly kind: "close" };

/** An IPAM plugin that runs as a process, started by the main thread; absent where it is built in, or there is none. */
export interface IpamProcess {
  /** What its ADD gave. */
  readonly result: JsonObject | undefined;
}

export type NetworkAnswer =
  /** The first one: the thread could open all that it needs. */
  | { readonly kind: "ready" }
  | { readonly kind: "done"; readonly id: number; readonly result: NetworkTaskResult[NetworkTask["kind"]] }
  | { readonly kind: "failed"; readonly id: number; readonly error: ErrorMessage };

/** An error that crosses threads: the class does not survive the copy. */
export interface ErrorMessage {
  readonly code: CniErrorCode;
  readonly message: string;
  readonly fields: Pick<CniErrorFields, "pluginCode" | "details">;
  /** Where it was thrown, when it is none of those that are meant to be: for the log. */
  readonly bug: string | undefined;
}

export function toErrorMessage({ code, message, pluginCode, details }: CniError, bug?: string): ErrorMessage {
  return { code, message, fields: { pluginCode, details }, bug };
}

export function toError({ code, message, fields }: Omit<ErrorMessage, "bug">): CniError {
  return new CniError(code, message, fields);
}
