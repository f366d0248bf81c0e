import { create, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";
import type { Action, Authorizer } from "../authorizer.ts";
import { plainReply } from "../http/replies.ts";
import type { OperatorHandler } from "./operator-call.ts";
import { v1Reply } from "./v1-response.ts";

type Make<Desc extends DescMessage> = () => MessageInitShape<Desc> | Promise<MessageInitShape<Desc>>;

export interface OperatorAnswers<Desc extends DescMessage> {
  /** Answers everybody with the message that `make` describes. */
  readonly always: (make: Make<Desc>) => OperatorHandler<unknown>;
  /** Answers those who may do `action`, others with 403. */
  readonly whereMay: (action: Action, make: Make<Desc>) => OperatorHandler<unknown>;
}

/** Makes handlers of operator calls that only read. */
export function operatorAnswers<Desc extends DescMessage>(schema: Desc, authorizer: Authorizer): OperatorAnswers<Desc> {
  const always: OperatorAnswers<Desc>["always"] =
    (make) =>
    async (_, { mediaType }) =>
      v1Reply(mediaType, schema, create(schema, await make()));
  return {
    always,
    whereMay: (action, make) => (call, context) =>
      authorizer.authorize(context.request.principal, action, { kind: "any" })
        ? always(make)(call, context)
        : plainReply(403),
  };
}
