import type { MasterInfo } from "@fairlead/mesos-api";
import type { HttpRequest, WholeReply } from "../../base/http/http.ts";
import { plainReply } from "../../base/http/replies.ts";

/** `/redirect`: to the leader, with the scheme left to the client. Anything below it is not found, so that nobody goes round in circles. */
export function redirect(leader: MasterInfo, request: HttpRequest): WholeReply {
  return request.rest.length > 0
    ? plainReply(404)
    : { status: 307, headers: { Location: `//${leader.hostname}:${leader.port}` } };
}
