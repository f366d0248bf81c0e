import assert from "node:assert/strict";
import { test } from "node:test";
import { accepted, notEnforced, served, unsupported } from "./flag.ts";
import { boolean, choice, duration, integer, list, path, port, text } from "./kind.ts";
import { type FlagInput, parseFlags } from "./parse-flags.ts";

const TABLE = {
  port: served(port, "", { default: "5050" }),
  work_dir: served(path, ""),
  hostname: served(text, ""),
  switch_user: served(boolean, "", { default: "true" }),
  quiet: served(boolean, "", { default: "false" }),
  wait: served(duration(1000, 60_000), "", { default: "5secs", aliases: ["slave_wait"] }),
  count: served(integer(1, 9), ""),
  registry: served(choice("replicated_log", "in_memory"), "", { default: "replicated_log" }),
  roles: served(list, ""),
  logbufsecs: accepted(integer(0), "", "every line is written at once", { default: "0" }),
  authenticate: notEnforced(boolean, "", "nobody is authenticated", { default: "false" }),
  acls: notEnforced(text, "", "nobody is refused"),
  quorum: unsupported(integer(1), "", "there is one master", { unless: ["1"] }),
};

function parse(argv: readonly string[], env: FlagInput["env"] = {}, more: Partial<FlagInput> = {}) {
  const readFile = (file: string): string => {
    if (file === "/etc/name") return "web.example\n";
    throw new Error(`ENOENT: no such file or directory, open '${file}'`);
  };
  return parseFlags(TABLE, { argv, env, readFile, ...more });
}

test("defaults hold where nothing is given", () => {
  const { values, texts, given, ineffective } = parse([]);
  assert.equal(values.port, 5050);
  assert.equal(values.switch_user, true);
  assert.equal(values.wait, 5000);
  assert.equal(values.work_dir, undefined);
  assert.deepEqual(
    [...texts],
    [
      ["port", "5050"],
      ["switch_user", "true"],
      ["quiet", "false"],
      ["wait", "5secs"],
      ["registry", "replicated_log"],
      ["logbufsecs", "0"],
      ["authenticate", "false"],
    ],
  );
  assert.equal(given.size, 0);
  assert.deepEqual(ineffective, []);
});

test("values are given with = or as the next argument, names with hyphens or underscores", () => {
  for (const argv of [
    ["--work_dir=/w", "--port=1", "--wait=2secs"],
    ["--work-dir", "/w", "--port", "1", "--slave-wait", "2secs"],
    ["--work_dir=file:///w", "--port", "1", "--slave_wait=2secs"],
  ]) {
    const { values, given } = parse(argv);
    assert.deepEqual([values.work_dir, values.port, values.wait], ["/w", 1, 2000], argv.join(" "));
    assert.deepEqual([...given].sort(), ["port", "wait", "work_dir"]);
  }
});

test("an empty value and one with = in it are values", () => {
  assert.equal(parse(["--hostname=a=b"]).values.hostname, "a=b");
  assert.throws(() => parse(["--hostname="]), {
    code: "FLAG_INVALID",
    message: "--hostname: it is empty; give a text",
  });
});

test("booleans are switched on, off and by value, and take no argument of their own", () => {
  for (const [argv, expected] of [
    [["--switch_user"], true],
    [["--no-switch_user"], false],
    [["--no-switch-user"], false],
    [["--no_switch_user"], false],
    [["--switch_user=false"], false],
    [["--switch_user=0"], false],
    [["--switch_user=TRUE"], true],
  ] as const) {
    assert.equal(parse(argv).values.switch_user, expected, argv[0]);
  }
  assert.throws(() => parse(["--switch_user", "false"]), { code: "FLAG_INVALID", message: /^'false' is not a flag/ });
  assert.throws(() => parse(["--switch_user=maybe"]), { message: /neither true nor false; give true or false$/ });
  assert.throws(() => parse(["--no-switch_user=true"]), { message: /write --switch_user=false$/ });
  assert.throws(() => parse(["--no-port"]), { code: "FLAG_INVALID", message: /--port is no switch/ });
});

test("the environment stands behind the command line, Mesos's prefix behind our own", () => {
  const env = {
    MESOS_PORT: "1",
    FAIRLEAD_PORT: "2",
    MESOS_QUIET: "1",
    mesos_hostname: "no",
    MESOS_NATIVE_LIBRARY: "/x",
  };
  assert.equal(parse([], { MESOS_PORT: "1" }).values.port, 1);
  assert.equal(parse([], { MESOS_port: "1", MESOS_SLAVE_WAIT: "3secs" }).values.wait, 3000);
  const { values, given } = parse(["--port=3"], env);
  assert.deepEqual([values.port, values.quiet, values.hostname], [3, true, undefined]);
  assert.deepEqual([...given].sort(), ["port", "quiet"]);
  assert.equal(parse([], env).values.port, 2);
  assert.throws(() => parse([], { MESOS_PORT: "many" }), { code: "FLAG_INVALID", message: /^MESOS_PORT: 'many'/ });
});

test("file:// stands for the content of a file, but for paths", () => {
  assert.equal(parse(["--hostname=file:///etc/name"]).values.hostname, "web.example");
  assert.throws(() => parse(["--hostname=file:///none"]), {
    code: "FLAG_INVALID",
    message: /^--hostname: ENOENT.*; give a file that can be read$/,
  });
});

test("an unknown flag ends the start with a suggestion", () => {
  assert.throws(() => parse(["--work_dri=/w"]), {
    code: "FLAG_UNKNOWN",
    message: "--work_dri is no flag of this command; did you mean --work_dir?",
  });
  assert.throws(() => parse(["--no-swich_user"]), { message: /did you mean --switch_user\?$/ });
  assert.throws(() => parse(["--frobnicate"]), { message: /--help lists the flags$/ });
  assert.throws(() => parse(["--isolation=x"], {}, { whoseFlag: () => "fairlead agent" }), {
    message: /it belongs to fairlead agent$/,
  });
});

test("a flag twice, a value that is missing and a word that is no flag are errors", () => {
  assert.throws(() => parse(["--port=1", "--port=1"]), { code: "FLAG_INVALID", message: /stands twice/ });
  assert.throws(() => parse(["--wait=1secs", "--slave_wait=1secs"]), { code: "FLAG_INVALID", message: /stands twice/ });
  for (const argv of [["--port"], ["--port", "--quiet"]]) {
    assert.throws(() => parse(argv), { code: "FLAG_INVALID", message: "--port needs a value; write --port=value" });
  }
  for (const word of ["5050", "-p", "--", ""]) {
    assert.throws(() => parse([word]), { code: "FLAG_INVALID", message: /is not a flag; write --name=value$/ }, word);
  }
});

test("values are checked, and the error names flag and remedy", () => {
  for (const [argument, message] of [
    ["--port=65536", "--port: '65536' is no such number; give a whole number from 0 to 65535"],
    ["--count=0", "--count: '0' is no such number; give a whole number from 1 to 9"],
    ["--count=1e0", "--count: '1e0' is no such number; give a whole number from 1 to 9"],
    ["--registry=disk", "--registry: 'disk' is not known; give one of: replicated_log, in_memory"],
    [
      "--wait=2mins",
      "--wait: 2mins is out of range; give a duration from 1secs to 1mins, such as 500ms, 15secs, 10mins or 1hrs",
    ],
    [
      "--slave_wait=5",
      "--slave_wait: Invalid duration '5'; give a duration from 1secs to 1mins, such as 500ms, 15secs, 10mins or 1hrs",
    ],
  ] as const) {
    assert.throws(() => parse([argument]), { code: "FLAG_INVALID", message });
  }
});

test("what has no effect is told, what is not there is refused unless it asks for nothing", () => {
  assert.deepEqual(parse(["--logbufsecs=5"]).ineffective, [
    { flag: "logbufsecs", why: "every line is written at once" },
  ]);
  assert.throws(() => parse(["--acls={}"]), {
    code: "FLAG_NOT_ENFORCED",
    message: "--acls is refused: nobody is refused; remove the flag",
  });
  assert.throws(() => parse(["--authenticate"]), { code: "FLAG_NOT_ENFORCED" });
  assert.throws(() => parse([], { MESOS_AUTHENTICATE: "1" }), { code: "FLAG_NOT_ENFORCED" });
  assert.throws(() => parse(["--quorum=2"]), { code: "FLAG_UNSUPPORTED" });
  for (const argument of ["--quorum=1", "--no-authenticate", "--authenticate=false", "--authenticate=0"]) {
    assert.deepEqual(parse([argument]).ineffective, [], argument);
  }
});

test("lists lose spaces and empty items", () => {
  assert.deepEqual(parse(["--roles= a, b/c ,,d"]).values.roles, ["a", "b/c", "d"]);
});
