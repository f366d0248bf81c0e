import type { MasterInfo } from "@fairlead/mesos-api";
import type { HttpRequest, WholeReply } from "../../base/http/http.ts";
import { plainReply } from "../../base/http/replies.ts";

/** `/redirect`: to the leader, with the scheme left to the client. Anything below it is not found, so that nobody goes round in circles. */
export function redirect(leader: MasterInfo, request: HttpRequest): WholeReply {
  if (request.rest.length > 0) {
    return plainReply(404);
  }
  const host = leader.hostname.includes(":") ? `[${leader.hostname}]` : leader.hostname;
  return { status: 307, headers: { Location: `//${host}:${leader.port}` } };
}
