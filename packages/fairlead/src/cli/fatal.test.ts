import assert from "node:assert/strict";
import { test } from "node:test";
import { FairleadError } from "../base/errors.ts";
import { fatalLine } from "./fatal.ts";

test("a coded error is one line with the remedy", () => {
  assert.equal(
    fatalLine("fairlead agent", new FairleadError("DIRECTORY_IN_USE", "/var/lib/mesos\nis locked")),
    "fairlead agent: DIRECTORY_IN_USE: /var/lib/mesos is locked; stop the other process, or give this one directories of its own",
  );
});

test("a flag's message holds its remedy already", () => {
  assert.equal(
    fatalLine("fairlead agent", new FairleadError("FLAG_INVALID", "--port: 'x' is no such number; give a number")),
    "fairlead agent: FLAG_INVALID: --port: 'x' is no such number; give a number",
  );
});

test("a bug shows where it happened", () => {
  assert.match(fatalLine("fairlead", new TypeError("x is undefined")), /^fairlead: TypeError: x is undefined\n +at /);
  assert.equal(fatalLine("fairlead", "text"), "fairlead: text");
});
