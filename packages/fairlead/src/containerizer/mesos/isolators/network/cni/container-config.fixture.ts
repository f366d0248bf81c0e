import {
  CommandInfoSchema,
  type ContainerId,
  ContainerInfo_Type,
  ContainerInfoSchema,
  create,
  type MessageInitShape,
  type NetworkInfoSchema,
} from "@fairlead/mesos-api";
import type { ContainerConfig } from "../../../../containerizer.ts";

/** A container that asks for networks. */
export function containerConfig(
  containerId: string,
  networkInfos: MessageInitShape<typeof NetworkInfoSchema>[],
  more: { hostname?: string; type?: ContainerInfo_Type; parentId?: string } = {},
): ContainerConfig {
  const { hostname, type = ContainerInfo_Type.MESOS, parentId } = more;
  return {
    containerId: containerId as ContainerId,
    ...(parentId === undefined ? {} : { parentId: parentId as ContainerId }),
    command: create(CommandInfoSchema),
    containerInfo: create(ContainerInfoSchema, {
      type,
      networkInfos,
      ...(hostname === undefined ? {} : { hostname }),
    }),
    resources: [],
    limits: {},
    directory: "/sandbox",
    environment: {},
  };
}
