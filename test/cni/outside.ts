import { type ChildProcess, spawn } from "node:child_process";
import { readlinkSync } from "node:fs";
import type { TestContext } from "node:test";
import { run } from "../demo/run.ts";
import { poll } from "../support/poll.ts";

/** Addresses from the blocks that RFC 5737 and RFC 3849 keep for documentation. */
export const HOST = { ip: "192.0.2.10", ip6: "2001:db8::10" };
export const OUTSIDE = { ip: "192.0.2.20", ip6: "2001:db8::20" };

/** Another machine on the wire of the host that the test file is in: a network namespace, which goes with the test. */
export class Outside {
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess) {
    this.#process = process;
  }

  static async connect(t: TestContext): Promise<Outside> {
    const process = spawn("unshare", ["--net", "--", "sleep", "infinity"], { stdio: "ignore" });
    t.after(() => process.kill("SIGKILL"));
    const own = readlinkSync("/proc/self/ns/net");
    await poll(() => readlinkSync(`/proc/${process.pid}/ns/net`) !== own);
    const outside = new Outside(process);
    await run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", String(process.pid));
    await run("ip", "address", "add", `${HOST.ip}/24`, "dev", "eth0");
    await run("ip", "address", "add", `${HOST.ip6}/64`, "dev", "eth0", "nodad");
    await run("ip", "link", "set", "eth0", "up");
    await outside.run("ip", "address", "add", `${OUTSIDE.ip}/24`, "dev", "eth0");
    await outside.run("ip", "address", "add", `${OUTSIDE.ip6}/64`, "dev", "eth0", "nodad");
    await outside.run("ip", "link", "set", "eth0", "up");
    return outside;
  }

  /** Runs a program there. */
  async run(...argv: readonly string[]): Promise<string> {
    return await run("nsenter", ...this.#argv(argv));
  }

  /** Starts a program there, which is ended with the test. */
  spawn(t: TestContext, ...argv: readonly string[]): void {
    const process = spawn("nsenter", this.#argv(argv), { stdio: "ignore" });
    t.after(() => process.kill("SIGKILL"));
  }

  #argv(argv: readonly string[]): string[] {
    return [`--net=/proc/${this.#process.pid}/ns/net`, "--", ...argv];
  }
}
