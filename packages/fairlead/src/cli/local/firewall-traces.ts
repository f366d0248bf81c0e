import { type Argv, expectSuccess, type RunCommand } from "../../base/run-command.ts";

/*
 * What CNI plugins leave in the firewall when their last container is gone: `portmap` its chains CNI-HOSTPORT-* with the jumps to them, and
 * iptables the empty table that they, and the chains of masquerading, were in. Measured with containernetworking-plugins 1.1.1 and iptables-nft.
 */

const FAMILIES = [
  { family: "ip", iptables: "iptables" },
  { family: "ip6", iptables: "ip6tables" },
] as const;

/** Seconds that iptables waits for others who change the firewall. */
const LOCK_TIMEOUT = "10";

/** `<family> nat` for each nat table, `<family> portmap` where the chains of `portmap` are in it. */
export async function readTraces(run: RunCommand): Promise<string[]> {
  const tables = await natTables(run);
  const traces: string[] = [];
  for (const { family, iptables } of FAMILIES) {
    if (tables.has(family)) traces.push(`${family} nat`);
    if (/^:CNI-HOSTPORT-DNAT /m.test(await saved(iptables, run))) traces.push(`${family} portmap`);
  }
  return traces;
}

/** Removes the traces that are not among `before`, where nobody uses them. Errors: EXEC_*. */
export async function removeTraces(before: readonly string[], run: RunCommand): Promise<void> {
  for (const { family, iptables } of FAMILIES) {
    if (!before.includes(`${family} portmap`)) {
      const script = portmapRemoval(await saved(iptables, run));
      // chains that are in use by now make it fail as a whole: then they stay
      if (script !== undefined) await run([`${iptables}-restore`, "-w", LOCK_TIMEOUT, "--noflush"], { stdin: script });
    }
    if (!before.includes(`${family} nat`)) await removeEmptyTable(family, run);
  }
}

/** Input of `iptables-restore` that takes the chains of `portmap` out of what `iptables-save` printed; undefined: none are there, or in use. */
export function portmapRemoval(save: string): string | undefined {
  const lines = save.split("\n");
  const chains = lines.flatMap((line) => /^:(CNI-HOSTPORT-\S+) /.exec(line)?.[1] ?? []);
  const isUsed = lines.some((line) => /^:CNI-DN-|^-A CNI-HOSTPORT-DNAT /.test(line));
  if (chains.length === 0 || isUsed) return undefined;
  const jumps = lines.filter((line) => /^-A (?!CNI-HOSTPORT-).* -j CNI-HOSTPORT-/.test(line));
  return [
    "*nat",
    ...jumps.map((line) => line.replace(/^-A/, "-D")),
    // the one with the mapped ports is not flushed: somebody may map one meanwhile
    ...chains.filter((chain) => chain !== "CNI-HOSTPORT-DNAT").map((chain) => `-F ${chain}`),
    ...chains.map((chain) => `-X ${chain}`),
    "COMMIT",
    "",
  ].join("\n");
}

async function removeEmptyTable(family: string, run: RunCommand): Promise<void> {
  if (!(await natTables(run)).has(family)) return;
  const list: Argv = ["nft", "-j", "list", "table", family, "nat"];
  const { nftables } = JSON.parse((await expectSuccess(list, {}, run)).stdout) as { nftables: readonly object[] };
  if (nftables.some((item) => "rule" in item)) return;
  await expectSuccess(["nft", "delete", "table", family, "nat"], {}, run);
}

/** The families that have one. A machine without nft has none that it could remove. */
async function natTables(run: RunCommand): Promise<ReadonlySet<string>> {
  const output = await outputOf(["nft", "list", "tables"], run);
  return new Set(Array.from(output.matchAll(/^table (ip6?) nat$/gm), ([, family]) => family!));
}

async function saved(iptables: string, run: RunCommand): Promise<string> {
  return await outputOf([`${iptables}-save`, "-t", "nat"], run);
}

/** Empty where the program is missing, or cannot tell. */
async function outputOf(argv: Argv, run: RunCommand): Promise<string> {
  const { code, stdout } = await run(argv).catch(() => ({ code: null, stdout: "" }));
  return code === 0 ? stdout : "";
}
