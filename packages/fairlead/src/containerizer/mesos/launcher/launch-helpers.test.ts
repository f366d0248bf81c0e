import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { parseContainerId } from "@fairlead/mesos-api";
import { containerPaths } from "../paths.ts";
import { findLaunchHelpers, isLaunchHelper, killLaunchHelpers } from "./launch-helpers.ts";

const marks = new Set(["/run/containers/c/bundle"]);

test("only helpers whose argument is exactly a bundle are a launch's", () => {
  assert.ok(isLaunchHelper(["/usr/bin/conmon", "--bundle", "/run/containers/c/bundle"], marks));
  assert.ok(isLaunchHelper(["crun", "create", "/run/containers/c/bundle"], marks));
  assert.ok(!isLaunchHelper(["ls", "/run/containers/c/bundle"], marks));
  assert.ok(!isLaunchHelper(["sh", "-c", "ls /run/containers/c/bundle"], marks));
  assert.ok(!isLaunchHelper(["conmon", "--bundle", "/run/containers/c2/bundle"], marks));
  assert.ok(!isLaunchHelper([], marks));
});

test("what is found can be ended", async () => {
  const paths = containerPaths("/nonexistent", parseContainerId(`c-${process.pid}`));
  // waits for input that never comes
  const helper = spawn("sh", ["-c", "read line", "sh", paths.rootfs], { stdio: ["pipe", "ignore", "ignore"] });
  const ended = once(helper, "exit");
  assert.deepEqual(await findLaunchHelpers([paths]), [helper.pid]);
  assert.equal(await killLaunchHelpers([paths]), 1);
  assert.deepEqual(await ended, [null, "SIGKILL"]);
  assert.deepEqual(await findLaunchHelpers([]), []);
});
