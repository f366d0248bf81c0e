import {
  type ContainerInfo,
  ContainerInfo_Type,
  type Volume,
  type Volume_Source,
  Volume_Source_Type,
} from "@fairlead/mesos-api";

/**
 * Why a ContainerInfo is not valid, in Mesos's words; undefined when it is.
 *
 * Source: `validateContainerInfo` in Mesos's `src/common/validation.cpp`.
 */
export function validateContainer(container: ContainerInfo): string | undefined {
  for (const volume of container.volumes) {
    const error = validateVolume(volume);
    if (error !== undefined) return `Invalid volume: ${error}`;
  }
  if (container.type !== ContainerInfo_Type.DOCKER) return undefined;
  if (container.docker === undefined) return "DockerInfo 'docker' is not set for DOCKER typed ContainerInfo";
  return container.docker.parameters.some(({ key }) => key === "name")
    ? "Parameter in DockerInfo must not be 'name'"
    : undefined;
}

function validateVolume(volume: Volume): string | undefined {
  const sources = [Object.hasOwn(volume, "hostPath"), volume.image !== undefined, volume.source !== undefined].filter(
    Boolean,
  ).length;
  if (sources !== 1) return "Only one of them should be set: 'host_path', 'image' and 'source'";
  return volume.source === undefined ? undefined : validateSource(volume.source);
}

function validateSource(source: Volume_Source): string | undefined {
  switch (source.type) {
    case Volume_Source_Type.DOCKER_VOLUME:
      return source.dockerVolume ? undefined : "'source.docker_volume' is not set for DOCKER_VOLUME volume";
    case Volume_Source_Type.HOST_PATH:
      return source.hostPath ? undefined : "'source.host_path' is not set for HOST_PATH volume";
    case Volume_Source_Type.SANDBOX_PATH:
      return source.sandboxPath ? undefined : "'source.sandbox_path' is not set for SANDBOX_PATH volume";
    case Volume_Source_Type.SECRET:
      return source.secret ? undefined : "'source.secret' is not set for SECRET volume";
    case Volume_Source_Type.CSI_VOLUME:
      if (!source.csiVolume) return "'source.csi_volume' is not set for CSI volume";
      return source.csiVolume.staticProvisioning
        ? undefined
        : "'source.csi_volume.static_provisioning' is not set for CSI volume";
    default:
      return "'source.type' is unknown";
  }
}
