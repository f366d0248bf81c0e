import { networkInterfaces } from "node:os";
import { errorText, FairleadError } from "../../base/errors.ts";
import type { Logger } from "../../base/log.ts";
import { ipv4, ipv6, type Kind } from "../flags/kind.ts";

/** What listens on every address; only the loopback one is safe to choose for somebody who said nothing. */
const LOOPBACK = "127.0.0.1";

/** Runs a program without arguments and gives what it printed; rejects if it fails or takes too long. */
export type Discover = (program: string) => Promise<string>;

interface AddressFlags {
  readonly ip?: string | undefined;
  readonly ip_discovery_command?: string | undefined;
}

/** The address to listen on: `--ip`, what `--ip_discovery_command` prints, else loopback, and the log says how to change it. */
export async function listenIp(flags: AddressFlags, discover: Discover, log: Logger): Promise<string> {
  const ip = await givenOrDiscovered("ip", ipv4, flags.ip, flags.ip_discovery_command, discover);
  if (ip !== undefined) return ip;
  log.info({ ip: LOOPBACK }, "Only this machine can connect; give --ip=ADDRESS (0.0.0.0 for all) to let others in");
  return LOOPBACK;
}

/**
 * The address that others are told: `--advertise_ip`; where it listens on all addresses, the first one of this machine that is not its own
 * loopback. Undefined: the one that it listens on.
 */
export function advertisedIp(
  given: string | undefined,
  ip: string,
  interfaces: typeof networkInterfaces = networkInterfaces,
): string | undefined {
  if (given !== undefined || ip !== "0.0.0.0") return given;
  const outward = Object.values(interfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === "IPv4" && !internal);
  return outward?.address ?? LOOPBACK;
}

interface Ip6Flags {
  readonly ip6?: string | undefined;
  readonly ip6_discovery_command?: string | undefined;
}

/** The IPv6 address that is reported for containers on the host network; undefined if none was named. */
export function reportedIp6(flags: Ip6Flags, discover: Discover): Promise<string | undefined> {
  return givenOrDiscovered("ip6", ipv6, flags.ip6, flags.ip6_discovery_command, discover);
}

async function givenOrDiscovered(
  flag: string,
  kind: Kind<string>,
  given: string | undefined,
  program: string | undefined,
  discover: Discover,
): Promise<string | undefined> {
  const command = `--${flag}_discovery_command`;
  if (program === undefined) return given;
  if (given !== undefined) {
    throw new FairleadError("FLAG_INVALID", `--${flag} and ${command} exclude each other; give one of them`, {
      data: { flag: command },
    });
  }
  try {
    return kind.parse((await discover(program)).trim());
  } catch (cause) {
    throw new FairleadError("FLAG_INVALID", `${command}: ${errorText(cause)}`, { data: { flag: command }, cause });
  }
}
