import { addBridgeVlan, changeBridgePort, deleteBridgeVlan, findLink } from "@fairlead/netlink";
import type { Kernel } from "../plugin/kernel.ts";
import { type NamedRequest, requestNamed } from "../plugin/named-requests.ts";
import { failure } from "../plugin/plugin-error.ts";
import type { BridgeConfig } from "./config.ts";

/** What every port lets through unless it is taken from it. */
const DEFAULT_VLAN = 1;

type PortShape = Pick<BridgeConfig, "hairpinMode" | "portIsolation" | "vlan" | "vlanTrunk" | "preserveDefaultVlan">;

/** Sets how a bridge treats the port of a container; nothing to do for most. Errors: code 999, in the words of the reference. */
export function configurePort({ host }: Kernel, name: string, shape: PortShape): void {
  const { hairpinMode: hairpin, portIsolation: isolated, vlan, vlanTrunk = [] } = shape;
  if (!hairpin && !isolated && vlan === 0 && vlanTrunk.length === 0) return;
  const link = findLink(host, name);
  if (link === undefined) throw failure(`failed to lookup "${name}": Link not found`);
  const { index } = link;
  requestNamed(host, [
    ...(hairpin || isolated
      ? [
          {
            request: changeBridgePort(index, { hairpin: hairpin || undefined, isolated: isolated || undefined }),
            refused: (words: string) => `failed to setup hairpin mode for ${name}: ${words}`,
          },
        ]
      : []),
    ...vlanRequests(index, name, shape),
  ]);
}

/** Lets a port through what `vlan` and `vlanTrunk` say; without `vlan`, what has no tag belongs to the default. */
export function vlanRequests(
  index: number,
  name: string,
  { vlan, vlanTrunk = [], preserveDefaultVlan }: Pick<PortShape, "vlan" | "vlanTrunk" | "preserveDefaultVlan">,
): NamedRequest[] {
  if (vlan === 0 && vlanTrunk.length === 0) return [];
  const refused = (words: string) => `failed to setup vlan tag on interface "${name}": ${words}`;
  const native = vlan === 0 ? DEFAULT_VLAN : vlan;
  return [
    ...(preserveDefaultVlan ? [] : [{ request: deleteBridgeVlan(index, { id: DEFAULT_VLAN }), refused }]),
    ...vlanTrunk.map((id) => ({ request: addBridgeVlan(index, { id }), refused })),
    { request: addBridgeVlan(index, { id: native, pvid: true, untagged: true }), refused },
  ];
}
