import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { test } from "node:test";
import { createNamespace, putDefaultRoutes, releaseNamespace, takeDefaultRoutes } from "./network-namespace.ts";
import { temporaryDirectory } from "./temporary-directory.fixture.ts";

test("whatever is asked of the network thread has a deadline, and is told by its path when it fails", async (t) => {
  const directory = await temporaryDirectory(t);
  const path = `${directory}/c1/ns`;
  const asked: string[] = [];
  const network = {
    run: async ({ kind }: { kind: string }, signal?: AbortSignal): Promise<never> => {
      assert.ok(signal instanceof AbortSignal);
      asked.push(kind);
      throw new Error("late");
    },
  };
  const routes = { ipv4: [Uint8Array.of(1)], ipv6: [] };
  for (const call of [
    () => createNamespace(network, path, true),
    () => takeDefaultRoutes(network, path),
    () => putDefaultRoutes(network, path, routes),
    () => releaseNamespace(network, path),
  ]) {
    await assert.rejects(call(), { code: "NAMESPACE_FAILED", message: /c1\/ns: late$/, data: { path } });
  }
  assert.deepEqual(asked, ["create-namespace", "take-default-routes", "put-default-routes", "release-namespace"]);
  assert.deepEqual(await readdir(`${directory}/c1`), ["ns"], "what is half made is for the release");
});
