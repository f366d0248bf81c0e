import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { firewallElements } from "./firewall-elements.ts";
import type { Workspace } from "./workspace.ts";

const lines = (program: string, ...args: readonly string[]): string[] =>
  execFileSync(program, args, { encoding: "utf8" }).trimEnd().split("\n").filter(Boolean);

/**
 * What clusters of a test file could leave in its namespaces and in the cgroups of a workspace: links, firewall, mounts, pinned namespaces,
 * cgroups, processes. In words, so that the difference of two looks tells.
 */
export function machine({ cgroupsRoot }: Pick<Workspace, "cgroupsRoot">): string[] {
  const links = JSON.parse(execFileSync("ip", ["-j", "link"], { encoding: "utf8" })) as { ifname: string }[];
  return [
    // those that are made beforehand belong to no container, and to the process alone
    ...links.filter(({ ifname }) => !ifname.startsWith("spare")).map(({ ifname }) => `link ${ifname}`),
    ...lines("nft", "list", "tables"),
    ...["iptables-save", "ip6tables-save"].flatMap((save) => lines(save).filter((line) => line.startsWith("-A"))),
    ...firewallElements(),
    ...lines("ip", "rule", "list"),
    ...readFileSync("/proc/self/mountinfo", "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => `mount ${line.split(" ")[4]}`),
    ...lines("find", "/sys/fs/cgroup", "-type", "d", "-path", `*/${cgroupsRoot}*`),
    ...processes(),
  ].toSorted();
}

/** The others in the network namespace of the test file: of containers on the host's network, conmon, plugins. */
function processes(): string[] {
  const own = readlinkSync("/proc/self/ns/net");
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        if (readlinkSync(`/proc/${pid}/ns/net`) !== own) return [];
        return [`process ${readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")}`];
      } catch {
        // it has ended meanwhile
        return [];
      }
    })
    .filter((line) => line !== "process ");
}
