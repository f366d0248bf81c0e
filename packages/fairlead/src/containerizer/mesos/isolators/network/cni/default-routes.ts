import { errorText, FairleadError } from "../../../../../base/errors.ts";
import { expectSuccess } from "../../../../../base/run-command.ts";

/*
 * The first network of a container that has a default route gives it, for each family.
 *
 * Plugins do not agree on what to do where there is one already. Those of containernetworking-plugins 1.1.1 (bridge with isDefaultGateway or a
 * route of its IPAM, ptp, macvlan; measured with `ip route`): IPv4, the new route comes before the old ones, so that the last network wins;
 * IPv6, both become one multipath route, so that connections go out through either. Older versions fail with "file exists".
 * So each network's default routes are taken out of the main table when its ADD is done, before the next plugin runs, and at the end those of
 * the first network that brought any are put back. No process of the container exists meanwhile. A container on one network is left alone.
 */

type Family = "-4" | "-6";

/** The default routes of one family, in the words of `ip route`, as `ip route add` takes them. */
export interface DefaultRoutes {
  readonly "-4": readonly string[];
  readonly "-6": readonly string[];
}

export const NO_ROUTES: DefaultRoutes = { "-4": [], "-6": [] };

/** Words that tell of a route's state; `ip route add` refuses them. */
const STATE_WORDS: ReadonlySet<string> = new Set(["dead", "linkdown", "offload", "offload_failed", "trap", "rt_trap"]);

/**
 * Prints and removes them. Of all tables, because asking for the main one alone is an error as long as it is empty; those of other tables, which
 * source-based routing makes, are none of ours.
 */
const TAKE = `for family in -4 -6; do
  routes=$(ip $family -oneline route show default table all | sed '/ table /d')
  [ -z "$routes" ] || { echo "$routes" | sed "s/^/$family /"; ip $family route flush default table main; }
done
`;

/** Takes the default routes out of the namespace pinned at `nsPath`. Errors: NAMESPACE_FAILED. */
export async function takeDefaultRoutes(nsPath: string): Promise<DefaultRoutes> {
  try {
    const { stdout } = await expectSuccess(["nsenter", `--net=${nsPath}`, "--", "/bin/sh", "-e"], { stdin: TAKE });
    return parseTaken(stdout);
  } catch (cause) {
    throw failed(nsPath, cause);
  }
}

/** Puts routes that were taken into the namespace pinned at `nsPath`. Errors: NAMESPACE_FAILED. */
export async function putDefaultRoutes(nsPath: string, routes: DefaultRoutes): Promise<void> {
  for (const family of ["-4", "-6"] satisfies Family[]) {
    if (routes[family].length === 0) continue;
    const batch = routes[family].map((route) => `route add ${route}\n`).join("");
    try {
      await expectSuccess(["nsenter", `--net=${nsPath}`, "--", "ip", family, "-batch", "-"], { stdin: batch });
    } catch (cause) {
      throw failed(nsPath, cause);
    }
  }
}

/** For each family those of `earlier` if it has any, else those of `later`. */
export function firstRoutes(earlier: DefaultRoutes, later: DefaultRoutes): DefaultRoutes {
  return {
    "-4": earlier["-4"].length > 0 ? earlier["-4"] : later["-4"],
    "-6": earlier["-6"].length > 0 ? earlier["-6"] : later["-6"],
  };
}

/** Parses lines such as `-4 default via 10.0.0.1 dev eth0`; several next hops are set apart by a backslash. */
export function parseTaken(output: string): DefaultRoutes {
  const lines = output.split("\n").map((line) => {
    const [family, ...words] = line.replaceAll("\\", " ").trim().split(/\s+/);
    return { family, route: words.filter((word) => !STATE_WORDS.has(word)).join(" ") };
  });
  const routesOf = (wanted: Family) => lines.filter(({ family }) => family === wanted).map(({ route }) => route);
  return { "-4": routesOf("-4"), "-6": routesOf("-6") };
}

function failed(nsPath: string, cause: unknown): FairleadError {
  const message = `Failed to set the default route in ${nsPath}: ${errorText(cause)}`;
  return new FairleadError("NAMESPACE_FAILED", message, { data: { path: nsPath }, cause });
}
