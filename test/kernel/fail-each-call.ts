import type { TestContext } from "node:test";
import { NetlinkError, NetlinkSocket } from "@fairlead/netlink";

const METHODS = ["requestAll", "transact", "get", "dump"] as const;

/**
 * Calls something again and again, and lets one of its calls to the kernel fail each time, the first, the second, …, until it succeeds; gives how
 * often it failed. What it does after the failure works.
 */
export async function failEachCall(
  t: TestContext,
  call: () => Promise<unknown>,
  onFailure: (problem: string) => Promise<void>,
): Promise<number> {
  let countdown = 0;
  for (const name of METHODS) {
    const original = NetlinkSocket.prototype[name];
    // the arguments are those of the original, whichever it is
    t.mock.method(NetlinkSocket.prototype, name, function (this: NetlinkSocket, ...args: never[]) {
      if (--countdown === 0) throw NetlinkError.refused(`${name} that a test lets fail`, 12);
      return Reflect.apply(original, this, args);
    });
  }
  for (let failing = 1; ; failing++) {
    countdown = failing;
    const error = await call().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    const isDone = countdown > 0;
    countdown = 0;
    if (isDone) {
      if (error !== undefined) throw error;
      return failing - 1;
    }
    if (error !== undefined) await onFailure(`call ${failing}: ${String(error)}`);
  }
}
