import { formatAddresses } from "../client/addresses.ts";
import { getJson } from "../client/get-json.ts";
import { LIST_FLAGS } from "../flags/execute-flags.ts";
import { formatTable } from "../table.ts";
import { parseCommand } from "./parse-command.ts";

interface Task {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly slave_id: string;
  readonly statuses?: readonly {
    readonly container_status?: {
      readonly network_infos?: readonly {
        readonly name?: string;
        readonly ip_addresses?: readonly { readonly ip_address?: string }[];
      }[];
    };
  }[];
}

/** `fairlead task list`: every task that the master knows, the newest first. */
export async function runTaskList(argv: readonly string[]): Promise<number> {
  const flags = parseCommand(
    "fairlead task list [flags]",
    "Lists the tasks of a cluster, the newest first.",
    LIST_FLAGS,
    argv,
  );
  if (flags === undefined) return 0;
  const answer = await getJson(flags.values.master, "/tasks?limit=-1");
  process.stdout.write(
    flags.values.json ? `${JSON.stringify(answer)}\n` : taskTable((answer as { tasks: Task[] }).tasks),
  );
  return 0;
}

/** The tasks as a table. */
export function taskTable(tasks: readonly Task[]): string {
  const rows = tasks.map((task) => [task.id, task.name, task.state, task.slave_id, addressesOf(task)]);
  return formatTable(["ID", "NAME", "STATE", "AGENT", "ADDRESSES"], rows);
}

/** Where the task is, or was: what its newest status with addresses tells. */
function addressesOf({ statuses = [] }: Task): string {
  const infos = statuses.findLast((status) => status.container_status?.network_infos)?.container_status?.network_infos;
  return formatAddresses(
    (infos ?? []).map(({ name, ip_addresses: ips = [] }) => ({
      name,
      ipAddresses: ips.flatMap(({ ip_address: ip }) => ip ?? []),
    })),
  );
}
