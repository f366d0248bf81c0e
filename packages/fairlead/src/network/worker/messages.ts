import { CniError, type CniErrorCode, type CniErrorFields, type JsonObject, type PluginCall } from "@fairlead/cni";

/** What the main thread asks of the network thread. */
export type NetworkRequest =
  | {
      readonly kind: "plugin";
      readonly id: number;
      readonly call: PluginCall;
      /** What an address management plugin that runs as a process has given; absent where it is built in, or there is none. */
      readonly ipamResult: JsonObject | undefined;
    }
  | { readonly kind: "close" };

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
