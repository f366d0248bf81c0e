import { create } from "@bufbuild/protobuf";
import type { Offer } from "../../gen/mesos/v1/offer_pb.js";
import { Resource_AllocationInfoSchema } from "../../gen/mesos/v1/resource_pb.js";
import { writeJson } from "../json/write.ts";
import { jsonObject, jsonString, remembered } from "./json-text.ts";
import { writeResources } from "./resources.ts";

/** An outstanding offer, under `frameworks[].offers`. */
export const writeOffer = remembered((offer: Offer) =>
  jsonObject([
    ["id", jsonString(offer.id?.value ?? "")],
    ["framework_id", jsonString(offer.frameworkId?.value ?? "")],
    [
      "allocation_info",
      writeJson(Resource_AllocationInfoSchema, offer.allocationInfo ?? create(Resource_AllocationInfoSchema)),
    ],
    ["slave_id", jsonString(offer.agentId?.value ?? "")],
    ["resources", writeResources(offer.resources)],
  ]),
);
