import { MesosApiError } from "../errors.ts";

/** A resource or an attribute that is not valid, or a text that describes none; the message holds Mesos's words. */
export class ResourceError extends MesosApiError {
  override readonly name = "ResourceError";

  constructor(message: string) {
    super("RESOURCE_INVALID", message);
  }
}
