import { existsSync } from "node:fs";
import { type Cidr, formatIp } from "@fairlead/cni";
import { type RunProgram, runProgram } from "../firewall-table/run-program.ts";
import { failure } from "../plugin/plugin-error.ts";

const BUS_SOCKET = "/run/dbus/system_bus_socket";
const FIREWALLD = "org.fedoraproject.FirewallD1";

/** The firewalld of the host, by its D-Bus interface; a `dbus-send` each call, which is there wherever D-Bus is. */
export class Firewalld {
  readonly #run: RunProgram;
  readonly #hasBus: () => boolean;

  constructor(run: RunProgram = runProgram, hasBus: () => boolean = isBusThere) {
    this.#run = run;
    this.#hasBus = hasBus;
  }

  isRunning(): boolean {
    if (!this.#hasBus()) return false;
    const answer = this.#send("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus.NameHasOwner", [
      FIREWALLD,
    ]);
    return answer?.status === 0 && answer.stdout.includes("boolean true");
  }

  /** Puts an address into a zone; no error where it is in one. Errors: code 999. */
  addSource(zone: string, ip: Cidr): void {
    const answer = this.#sendToZone("addSource", zone, ip);
    if (answer?.status === 0 || answer?.stderr.includes("ZONE_ALREADY_SET")) return;
    const reason = answer?.stderr.trim() ?? "dbus-send is not installed";
    throw failure(`failed to add the address ${hostPrefix(ip)} to ${zone} zone: ${reason}`);
  }

  /** Takes an address out of a zone; no error whatever happens, as in the reference plugin. */
  removeSource(zone: string, ip: Cidr): void {
    this.#sendToZone("removeSource", zone, ip);
  }

  hasSource(zone: string, ip: Cidr): boolean {
    const answer = this.#sendToZone("querySource", zone, ip);
    return answer?.status === 0 && answer.stdout.includes("boolean true");
  }

  #sendToZone(method: string, zone: string, ip: Cidr) {
    return this.#send(FIREWALLD, "/org/fedoraproject/FirewallD1", `${FIREWALLD}.zone.${method}`, [
      zone,
      hostPrefix(ip),
    ]);
  }

  #send(destination: string, path: string, method: string, values: readonly string[]) {
    const args = values.map((value) => `string:${value}`);
    return this.#run("dbus-send", ["--system", "--print-reply", `--dest=${destination}`, path, method, ...args]);
  }
}

function isBusThere(): boolean {
  return process.env.DBUS_SYSTEM_BUS_ADDRESS !== undefined || existsSync(BUS_SOCKET);
}

function hostPrefix({ address }: Cidr): string {
  return `${formatIp(address)}/${address.bytes.length * 8}`;
}
