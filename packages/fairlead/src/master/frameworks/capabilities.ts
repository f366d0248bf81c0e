import { type FrameworkInfo, FrameworkInfo_Capability_Type as Type } from "@fairlead/mesos-api";

/** What a framework has said that it understands. */
export interface FrameworkCapabilities {
  readonly revocableResources: boolean;
  readonly gpuResources: boolean;
  readonly sharedResources: boolean;
  readonly partitionAware: boolean;
  readonly multiRole: boolean;
  readonly reservationRefinement: boolean;
  readonly regionAware: boolean;
}

export function frameworkCapabilities(info: FrameworkInfo): FrameworkCapabilities {
  const types = new Set(info.capabilities.map(({ type }) => type));
  return {
    revocableResources: types.has(Type.REVOCABLE_RESOURCES),
    gpuResources: types.has(Type.GPU_RESOURCES),
    sharedResources: types.has(Type.SHARED_RESOURCES),
    partitionAware: types.has(Type.PARTITION_AWARE),
    multiRole: types.has(Type.MULTI_ROLE),
    reservationRefinement: types.has(Type.RESERVATION_REFINEMENT),
    regionAware: types.has(Type.REGION_AWARE),
  };
}

/** The roles that a framework is subscribed to: `roles` with MULTI_ROLE, else the one `role`, which is `*` if it is not set. */
export function frameworkRoles(info: FrameworkInfo): readonly string[] {
  return frameworkCapabilities(info).multiRole ? info.roles : [info.role];
}
