import type { KernelInterface } from "./kernel.ts";
import type { ReportedNetwork } from "./reported.ts";

/** What is known of one task: from the kernel, and from each place where others can read it. */
export interface Observation {
  readonly task: string;
  /** The networks that were asked for, in order; empty for the network of the host. */
  readonly networks: readonly string[];
  readonly kernel: readonly KernelInterface[];
  readonly update: readonly ReportedNetwork[];
  readonly agentState: readonly ReportedNetwork[];
  readonly masterState: readonly ReportedNetwork[];
}

export const HEAD = ["TASK", "NETWORK", "INTERFACE", "ADDRESS", "UPDATE", "AGENT STATE", "MASTER STATE"] as const;

/** One row for each interface of a task, and whether every place told what the kernel has. */
export function compare(observation: Observation): { readonly rows: string[][]; readonly agree: boolean } {
  const { task, networks, kernel, update, agentState, masterState } = observation;
  // A container on the host's network has no interface of its own: the one with the reported address is meant.
  const expected =
    networks.length > 0
      ? networks.map((network, i) => ({ network, link: kernel.find(({ name }) => name === `eth${i}`) }))
      : [
          {
            network: undefined,
            link: kernel.find(({ addresses }) => addresses.includes(update[0]?.addresses[0] ?? "")),
          },
        ];
  const own = networks.length > 0;
  let agree = expected.length === update.length && (!own || kernel.length === networks.length);
  const rows = expected.map(({ network, link }, i) => {
    const places = [update, agentState, masterState].map((place) => place[i]);
    const address = own ? (link?.addresses.join(" ") ?? "") : (update[i]?.addresses[0] ?? "");
    agree &&= address !== "" && link !== undefined;
    agree &&= places.every((place) => place?.network === network && place?.addresses.join(" ") === address);
    return [
      task,
      network ?? "(host)",
      link?.name ?? "none",
      address || "none",
      ...places.map((place) => place?.addresses.join(" ") || "missing"),
    ];
  });
  for (const place of [agentState, masterState]) agree &&= place.length === expected.length;
  return { rows, agree };
}
