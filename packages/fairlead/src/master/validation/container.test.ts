import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ContainerInfoSchema,
  create,
  type MessageInitShape,
  type ContainerInfoSchema as Schema,
  Volume_Source_Type as Source,
  ContainerInfo_Type as Type,
  Volume_Mode,
} from "@fairlead/mesos-api";
import { validateContainer } from "./container.ts";

type Init = MessageInitShape<typeof Schema>;

const AT = { mode: Volume_Mode.RW, containerPath: "/d" };
const withSource = (source: object): Init => ({ type: Type.MESOS, volumes: [{ ...AT, source }] });

for (const [name, init, expected] of [
  ["nothing", { type: Type.MESOS }, undefined],
  ["a path of the host", { type: Type.MESOS, volumes: [{ ...AT, hostPath: "/h" }] }, undefined],
  [
    "a volume from nowhere",
    { type: Type.MESOS, volumes: [AT] },
    "Invalid volume: Only one of them should be set: 'host_path', 'image' and 'source'",
  ],
  [
    "a volume from two places",
    { type: Type.MESOS, volumes: [{ ...AT, hostPath: "/h", source: {} }] },
    "Invalid volume: Only one of them should be set: 'host_path', 'image' and 'source'",
  ],
  ["a source of no type", withSource({}), "Invalid volume: 'source.type' is unknown"],
  [
    "a docker volume without it",
    withSource({ type: Source.DOCKER_VOLUME }),
    "Invalid volume: 'source.docker_volume' is not set for DOCKER_VOLUME volume",
  ],
  [
    "a host path without it",
    withSource({ type: Source.HOST_PATH }),
    "Invalid volume: 'source.host_path' is not set for HOST_PATH volume",
  ],
  [
    "a sandbox path without it",
    withSource({ type: Source.SANDBOX_PATH }),
    "Invalid volume: 'source.sandbox_path' is not set for SANDBOX_PATH volume",
  ],
  [
    "a secret without it",
    withSource({ type: Source.SECRET }),
    "Invalid volume: 'source.secret' is not set for SECRET volume",
  ],
  [
    "a CSI volume without it",
    withSource({ type: Source.CSI_VOLUME }),
    "Invalid volume: 'source.csi_volume' is not set for CSI volume",
  ],
  [
    "a CSI volume without provisioning",
    withSource({ type: Source.CSI_VOLUME, csiVolume: { pluginName: "p" } }),
    "Invalid volume: 'source.csi_volume.static_provisioning' is not set for CSI volume",
  ],
  [
    "type DOCKER without docker",
    { type: Type.DOCKER },
    "DockerInfo 'docker' is not set for DOCKER typed ContainerInfo",
  ],
  [
    "a docker parameter 'name'",
    { type: Type.DOCKER, docker: { image: "i", parameters: [{ key: "name", value: "x" }] } },
    "Parameter in DockerInfo must not be 'name'",
  ],
] as [string, Init, string | undefined][]) {
  test(`a container with ${name}: ${expected ?? "valid"}`, () => {
    assert.equal(validateContainer(create(ContainerInfoSchema, init)), expected);
  });
}
