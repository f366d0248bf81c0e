import { type Resource, ResourceSchema } from "../../gen/mesos/v1/resource_pb.js";
import { writeJson } from "../json/write.ts";
import { toEndpointFormat } from "../resources/reservation-format.ts";
import type { Resources } from "../resources/resources.ts";
import { jsonArray, jsonObject, type Member, remembered } from "./json-text.ts";
import { writeResources } from "./resources.ts";

/** The resources object of a whole bag; remembered, as everything here, by the bag's identity. */
export const writeBag = remembered((resources: Resources) => writeResources(resources.toArray()));

/** `reserved_resources`: an object of sums for each role. */
export const writeReserved = remembered((resources: Resources) =>
  jsonObject(Array.from(resources.reservations(), ([role, reserved]): Member => [role, writeBag(reserved)])),
);

/** `unreserved_resources` */
export const writeUnreserved = remembered((resources: Resources) => writeBag(resources.unreserved()));

/** Every single resource in the generic form, with reservations in the old format and in the new one: `used_resources_full`, …. */
export const writeBagFull = remembered((resources: Resources) => writeFull(resources.toArray()));

/** `reserved_resources_full`: the single resources for each role. */
export const writeReservedFull = remembered((resources: Resources) =>
  jsonObject(Array.from(resources.reservations(), ([role, reserved]): Member => [role, writeFull(reserved.toArray())])),
);

/** `unreserved_resources_full` */
export const writeUnreservedFull = remembered((resources: Resources) => writeFull(resources.unreserved().toArray()));

function writeFull(resources: readonly Resource[]): string {
  return jsonArray(toEndpointFormat(resources), (resource) => writeJson(ResourceSchema, resource));
}
