import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { createLogger } from "./log.ts";

describe("createLogger", () => {
  it("writes a line of JSON for each sentence, at once", async () => {
    const directory = await mkdtemp(join(tmpdir(), "fairlead-log-"));
    try {
      const path = join(directory, "new", "agent.log");
      const log = createLogger({ level: "info", name: "agent", path });
      log.with({ containerId: "c" }).warn({ network: "blue" }, "a sentence");
      log.debug({}, "not asked for");
      const lines = (await readFile(path, "utf8")).split("\n");
      assert.equal(lines.length, 2);
      const { name, containerId, network, msg } = JSON.parse(lines[0] ?? "");
      assert.deepEqual(
        { name, containerId, network, msg },
        {
          name: "agent",
          containerId: "c",
          network: "blue",
          msg: "a sentence",
        },
      );
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it("outlives a disk that is full", () => {
    const log = createLogger({ level: "info", name: "agent", path: "/dev/full" });
    for (let i = 0; i < 3; i++) log.info({ i }, "nobody can read this");
  });
});
