import { IdError, parseFrameworkId } from "@fairlead/mesos-api";
import type { Principal } from "../../base/authorizer.ts";
import type { HttpRequest, WholeReply } from "../../base/http/http.ts";
import { plainReply, refuseMethod } from "../../base/http/replies.ts";
import type { ServedMaster } from "./served-master.ts";

/** Removes a framework and ends its tasks. A text that can be no id belongs to no framework. */
export function teardown(master: ServedMaster, id: string, principal: Principal): WholeReply {
  try {
    const outcome = master.teardown(parseFrameworkId(id), principal);
    return plainReply(outcome.status, outcome.message);
  } catch (error) {
    if (!(error instanceof IdError)) throw error;
    return plainReply(400, "No framework found with specified ID");
  }
}

/** `/teardown`: the id comes in a form, `frameworkId=<id>`. */
export function teardownForm(master: ServedMaster, request: HttpRequest): WholeReply {
  const refused = refuseMethod(request, ["POST"]);
  if (refused !== undefined) {
    return refused;
  }
  const id = new URLSearchParams(Buffer.from(request.body).toString()).get("frameworkId");
  if (id === null) {
    return plainReply(400, "Missing 'frameworkId' query parameter in the request body");
  }
  return teardown(master, id, request.principal);
}
