import { MesosApiError } from "../errors.ts";

/** A stream that is no RecordIO, or a record beyond the bound; the decoder that threw it is of no more use. */
export class RecordError extends MesosApiError {
  override readonly name = "RecordError";

  constructor(code: "RECORD_INVALID" | "RECORD_TOO_LARGE", message: string) {
    super(code, message);
  }
}
