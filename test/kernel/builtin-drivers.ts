import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { CniError, type JsonObject, type PluginCall, processExec } from "@fairlead/cni";
import { NetworkNamespace } from "@fairlead/netlink";
import { builtInPlugins } from "fairlead/network/built-in-plugins.ts";
import { makeContainerNamespace } from "fairlead/network/namespace/container-namespace.ts";
import { createPinnedNamespace } from "fairlead/network/namespace/pinned-namespace.ts";
import { Kernel } from "fairlead/network/plugin/kernel.ts";
import { poll } from "../support/poll.ts";
import { PLUGINS_DIR } from "./cni-host.ts";
import { directExec } from "./direct-exec.ts";

/** Who does a verb: a plugin of ours, or the reference's process. */
export type Driver = "built-in" | "reference";
export const DRIVERS: readonly Driver[] = ["reference", "built-in"];

export interface CallOptions {
  readonly ifName?: string;
  readonly args?: string;
  readonly prevResult?: JsonObject | undefined;
  /** false: the caller does not say where the container is. */
  readonly hasNetns?: boolean;
}

/** The error that a plugin gives, as its process would print it; the reference's own prefix is left out. */
export interface Refusal {
  readonly code: number | undefined;
  readonly message: string;
}

/** A host with containers, for one test: both drivers work on the same network namespace, one after the other. */
export class Drivers {
  readonly directory: string;
  readonly kernel: Kernel;
  readonly #containers = new Set<string>();
  readonly #reference = processExec({ searchPath: [PLUGINS_DIR] });

  constructor(t: TestContext, { poolSize = 0 }: { readonly poolSize?: number } = {}) {
    this.directory = mkdtempSync(join(tmpdir(), "fairlead-kernel-builtin-"));
    this.kernel = new Kernel({ poolSize });
    t.after(() => this.#remove());
    this.clear();
  }

  netns(containerId: string): string {
    return join(this.directory, containerId);
  }

  /** Makes containers, without anything but a loopback. */
  containers(...containerIds: readonly string[]): void {
    for (const id of containerIds) {
      using namespace = makeContainerNamespace();
      namespace.pin(this.netns(id));
      this.#containers.add(id);
    }
  }

  /** Makes a container whose veth was made beforehand. */
  readyContainer(containerId: string): void {
    this.kernel.pool.fillOne();
    createPinnedNamespace(this.kernel, { path: this.netns(containerId), withVeth: true });
    this.#containers.add(containerId);
  }

  removeContainer(containerId: string): void {
    NetworkNamespace.unpin(this.netns(containerId));
    this.#containers.delete(containerId);
  }

  hostLocal(...subnets: readonly string[]): JsonObject {
    const routes = subnets.map((subnet) => ({ dst: subnet.includes(":") ? "::/0" : "0.0.0.0/0" }));
    return { type: "host-local", dataDir: this.#ipamDir, ranges: subnets.map((subnet) => [{ subnet }]), routes };
  }

  /** Addresses that are taken. */
  leases(): string[] {
    if (!existsSync(this.#ipamDir)) return [];
    return readdirSync(this.#ipamDir, { recursive: true, encoding: "utf8" }).filter((file) =>
      /\/[0-9a-f]+[.:]/.test(file),
    );
  }

  async call(
    driver: Driver,
    command: PluginCall["command"],
    containerId: string,
    config: JsonObject,
    { ifName = "eth0", args, prevResult, hasNetns = true }: CallOptions = {},
  ): Promise<JsonObject> {
    const exec = driver === "reference" ? this.#reference : directExec(this.kernel, builtInPlugins);
    const call = {
      command,
      type: String(config.type),
      config: prevResult === undefined ? config : { ...config, prevResult },
      containerId,
      ifName,
      args,
      netns: hasNetns ? this.netns(containerId) : undefined,
    };
    return (
      (await exec.run(command === "GC" || command === "STATUS" ? { command, type: call.type, config } : call)) ?? {}
    );
  }

  /** The error of a call that must fail. */
  async refusal(...call: Parameters<Drivers["call"]>): Promise<Refusal> {
    const error = await this.call(...call).then(
      () => new Error("it did not fail"),
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof CniError)) throw error;
    const message = error.message
      .replace(/^CNI plugin .*? failed with code \d+: /, "")
      .replaceAll(this.directory, "DIR");
    return { code: error.pluginCode, message };
  }

  inside(containerId: string, ...argv: readonly string[]): string {
    return run("nsenter", `--net=${this.netns(containerId)}`, "--", ...argv);
  }

  /** Whether a container gets an answer from an address; at the first packet, so that nothing is lost on the way. */
  pings(containerId: string, address: string): boolean {
    try {
      this.inside(containerId, "ping", "-c1", "-W1", address);
      return true;
    } catch {
      return false;
    }
  }

  /** Links of the host besides the loopback, when what was removed is gone. */
  async settledLinks(): Promise<string[]> {
    await poll(() => !/ gone\d+/.test(run("ip", "-o", "link")));
    return linkNames().toSorted();
  }

  /** The same when no veth of a plugin is left. */
  async linksWithoutVeths(): Promise<string[]> {
    await poll(() => !/ veth[0-9a-f]{8}@/.test(run("ip", "-o", "link")));
    return await this.settledLinks();
  }

  /** As before the first test: the plugins themselves never remove bridges, rules and the files of IPAM. */
  clear(): void {
    for (const name of linkNames()) run("sh", "-c", `ip link del ${name} 2>/dev/null || true`);
    run("sh", "-c", "nft flush ruleset; sysctl -qw net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0");
    rmSync(this.#ipamDir, { recursive: true, force: true });
  }

  get #ipamDir(): string {
    return join(this.directory, "ipam");
  }

  #remove(): void {
    for (const id of this.#containers) NetworkNamespace.unpin(this.netns(id));
    this.clear();
    this.kernel[Symbol.dispose]();
    rmSync(this.directory, { recursive: true });
  }
}

export function run(file: string, ...argv: readonly string[]): string {
  return execFileSync(file, argv, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

function linkNames(): string[] {
  return run("ip", "-o", "link")
    .split("\n")
    .map((line) => /^\d+: ([^:@]+)/.exec(line)?.[1] ?? "")
    .filter((name) => name !== "" && name !== "lo");
}
