import { CniError, type CniErrorCode, type CniErrorFields, type JsonObject, type PluginCall } from "@fairlead/cni";

/** What the main thread asks of the network thread. */
export type NetworkRequest =
  | {
      readonly kind: "plugin";
      readonly id: number;
      readonly call: PluginCall;
      readonly ipamProcess: IpamProcess | undefined;
    }
  | { readonly kind: "close" };

/** An IPAM plugin that runs as a process, started by the main thread; absent where it is built in, or there is none. */
export interface IpamProcess {
  /** What its ADD gave. */
  readonly result: JsonObject | undefined;
}

export type NetworkAnswer =
  | { readonly kind: "ready" }
  | { readonly kind: "done"; readonly id: number; readonly result: JsonObject | undefined }
  | { readonly kind: "failed"; readonly id: number; readonly error: ErrorMessage };

/** An error that crosses threads: the class does not survive the copy. */
export interface ErrorMessage {
  readonly code: CniErrorCode;
  readonly message: string;
  readonly fields: Pick<CniErrorFields, "pluginCode" | "details">;
}

export function toErrorMessage({ code, message, pluginCode, details }: CniError): ErrorMessage {
  return { code, message, fields: { pluginCode, details } };
}

export function toError({ code, message, fields }: ErrorMessage): CniError {
  return new CniError(code, message, fields);
}
