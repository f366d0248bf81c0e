import assert from "node:assert/strict";
import { test } from "node:test";
import { FairleadError } from "../base/errors.ts";
import { startLog } from "./start-log.ts";

test("a log_dir that cannot be written refuses the start by its name", () => {
  assert.throws(
    () => startLog("agent", { logging_level: "INFO", log_dir: "/dev/null/log", quiet: true }),
    (error) => FairleadError.is(error, "FLAG_INVALID") && error.message.startsWith("--log_dir: "),
  );
});
