import assert from "node:assert/strict";
import { test } from "node:test";
import type { DescEnum, DescMessage } from "@bufbuild/protobuf";
import { ContainerIDSchema, EnvironmentSchema } from "../../gen/mesos/v1/base_pb.js";
import { HealthCheckSchema } from "../../gen/mesos/v1/command_pb.js";
import { CgroupInfoSchema, ContainerInfoSchema, ContainerStatusSchema } from "../../gen/mesos/v1/container_pb.js";
import { DiscoveryInfoSchema } from "../../gen/mesos/v1/discovery_pb.js";
import { DomainInfoSchema } from "../../gen/mesos/v1/node_pb.js";
import { Resource_AllocationInfoSchema, ResourceSchema } from "../../gen/mesos/v1/resource_pb.js";
import { OfferConstraintsSchema } from "../../gen/mesos/v1/scheduler/scheduler_pb.js";
import { ResourceStatisticsSchema } from "../../gen/mesos/v1/statistics_pb.js";

/** Everything that a document of the old endpoints holds in the generic form. */
const GENERIC = [
  CgroupInfoSchema,
  ContainerIDSchema,
  ContainerInfoSchema,
  ContainerStatusSchema,
  DiscoveryInfoSchema,
  DomainInfoSchema,
  EnvironmentSchema,
  HealthCheckSchema,
  OfferConstraintsSchema,
  Resource_AllocationInfoSchema,
  ResourceSchema,
  ResourceStatisticsSchema,
];

test("no message in the generic form has a name that the old API spells with slave", () => {
  const names: string[] = [];
  const seen = new Set<DescMessage | DescEnum>();
  const visit = (desc: DescMessage | DescEnum | undefined): void => {
    if (desc === undefined || seen.has(desc)) return;
    seen.add(desc);
    if (desc.kind === "enum") {
      names.push(...desc.values.map(({ name }) => name));
      return;
    }
    for (const field of desc.fields) {
      names.push(field.name);
      visit(field.message ?? field.enum);
    }
  };
  GENERIC.forEach(visit);
  assert.ok(names.length > 200, `${names.length} names seen`);
  assert.deepEqual(
    names.filter((name) => /agent/i.test(name)),
    [],
  );
});
