import type { Offer, Resource } from "./messages.ts";

/** A command task, in the way of old clients: plain resources, no role, no allocation. */
export function task(id: string, command: string, more: object = {}): (offer: Offer) => object {
  return (offer) => ({
    name: id,
    task_id: { value: id },
    agent_id: offer.agent_id,
    command: { value: command },
    resources: [scalar("cpus", 0.1), scalar("mem", 32)],
    ...more,
  });
}

export function scalar(name: string, value: number): Resource {
  return { name, type: "SCALAR", scalar: { value } };
}

export function ports(begin: number, end: number): Resource {
  return { name: "ports", type: "RANGES", ranges: { range: [{ begin, end }] } };
}

/** A container on the networks of these names. */
export function onNetworks(...names: string[]): object {
  return { container: { type: "MESOS", network_infos: names.map((name) => ({ name })) } };
}

/** The operation of an ACCEPT that launches these. */
export function launchOperation(...tasks: readonly object[]): object {
  return { type: "LAUNCH", launch: { task_infos: tasks } };
}
