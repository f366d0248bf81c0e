import { MesosApiError, type MesosApiErrorCode } from "../errors.ts";

/** A call or a stream that failed: who was asked, and what the server said if it answered. */
export class ClientError extends MesosApiError {
  override readonly name = "ClientError";
  readonly url: string;
  /** The HTTP status, where the server answered with one. */
  readonly status: number | undefined;

  constructor(
    code: MesosApiErrorCode,
    url: URL,
    message: string,
    options: { readonly status?: number; readonly cause?: unknown } = {},
  ) {
    super(code, `${url.href}: ${message}`, options);
    this.url = url.href;
    this.status = options.status;
  }
}
