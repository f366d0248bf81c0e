import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ContainerInfo_Type,
  FrameworkInfo_Capability_Type,
  Resources,
  RLimitInfo_RLimit_Type,
} from "@fairlead/mesos-api";
import { EXECUTE_FLAGS } from "../flags/execute-flags.ts";
import { parseFlags } from "../flags/parse-flags.ts";
import { toFramework, toTask } from "./task-description.ts";

const parse = (...argv: string[]) =>
  parseFlags(EXECUTE_FLAGS, { argv, env: {}, readFile: () => assert.fail("no file is named") }).values;

test("a command on two networks", () => {
  const task = toTask(
    parse(
      "--name=web",
      "--command=sleep 9",
      '--env={"A":"1","B":""}',
      "--networks=blue, green",
      "--resources=cpus:0.1",
    ),
  );
  assert.match(task.taskId?.value ?? "", /^web-[0-9a-f]{8}$/);
  assert.equal(task.name, "web");
  assert.deepEqual([task.command?.shell, task.command?.value], [true, "sleep 9"]);
  assert.deepEqual(
    task.command?.environment?.variables.map(({ name, value }) => [name, value]),
    [
      ["A", "1"],
      ["B", ""],
    ],
  );
  assert.equal(task.container?.type, ContainerInfo_Type.MESOS);
  assert.deepEqual(
    task.container?.networkInfos.map(({ name }) => name),
    ["blue", "green"],
  );
  assert.equal(Resources.of(task.resources).scalar("cpus"), 0.1);
});

test("without networks there is no container, without a shell the program is its first argument", () => {
  const task = toTask(parse("--command=/bin/true", "--no-shell"));
  assert.equal(task.container, undefined);
  assert.deepEqual([task.command?.shell, task.command?.arguments], [false, ["/bin/true"]]);
  assert.equal(Resources.of(task.resources).scalar("mem"), 128);
});

test("limits of the process make a container", () => {
  const task = toTask(parse("--command=x", '--rlimits={"rlimits":[{"type":"RLMT_NOFILE","soft":"64","hard":"64"}]}'));
  assert.deepEqual(
    task.container?.rlimitInfo?.rlimits.map(({ type, soft }) => [RLimitInfo_RLimit_Type[type!], soft]),
    [["RLMT_NOFILE", 64n]],
  );
  assert.throws(() => parse("--rlimits=7"), { code: "FLAG_INVALID", message: /; give an RLimitInfo/ });
});

test("a whole task needs no agent", () => {
  const json = '{"name":"n","task_id":{"value":"t1"},"command":{"value":"true"},"resources":[]}';
  assert.equal(toTask(parse(`--task=${json}`)).taskId?.value, "t1");
  assert.throws(() => toTask(parse(`--task=${json}`, "--command=x")), { code: "FLAG_INVALID", message: /exclude/ });
  assert.throws(() => parse('--task={"name":"n"}'), { code: "FLAG_INVALID", message: /^--task: .*task_id/ });
});

test("what cannot be a task is told by its flag", () => {
  assert.throws(() => toTask(parse()), { code: "FLAG_INVALID", message: /^--command is missing/ });
  assert.throws(() => toTask(parse("--command=x", "--name=a/b")), { code: "FLAG_INVALID", message: /^--name: / });
  assert.throws(() => toTask(parse("--command=x", "--resources=cpus")), {
    message: /^--resources: .*; give resources/,
  });
  assert.throws(() => parse("--env=[]"), { message: /^--env: it is no object/ });
  assert.throws(() => parse('--env={"A":1}'), { message: /^--env: 'A' is no text/ });
});

test("the framework has the capabilities of mesos-execute, and those that are asked for", () => {
  const names = (...argv: string[]) =>
    toFramework(parse("--command=x", ...argv)).capabilities.map(({ type }) => FrameworkInfo_Capability_Type[type!]);
  assert.deepEqual(names(), ["MULTI_ROLE", "RESERVATION_REFINEMENT", "TASK_KILLING_STATE", "PARTITION_AWARE"]);
  assert.ok(!names("--no-partition_aware").includes("PARTITION_AWARE"));
  assert.ok(names("--framework_capabilities=GPU_RESOURCES").includes("GPU_RESOURCES"));
  for (const name of ["NONE", "UNKNOWN", "1", "toString"]) {
    assert.throws(() => names(`--framework_capabilities=${name}`), { code: "FLAG_INVALID" }, name);
  }
});

test("the framework is of the user and role that are asked for", () => {
  const framework = toFramework(
    parse("--command=x", "--user=nobody", "--role=eng/web", "--principal=p", "--checkpoint"),
  );
  assert.deepEqual(
    [framework.user, framework.roles, framework.principal, framework.checkpoint],
    ["nobody", ["eng/web"], "p", true],
  );
});
