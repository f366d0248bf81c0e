import { type Resource, ResourceSchema, writeJson } from "@fairlead/mesos-api";

/** A list of resources as Mesos prints one that came in a message: as JSON. */
export function resourcesJson(resources: Iterable<Resource>): string {
  return `[${Array.from(resources, (resource) => writeJson(ResourceSchema, resource)).join(",")}]`;
}
