import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Argv, CommandResult } from "./run-command.ts";
import { createUserLookup, isUserName, lookupUser, type User } from "./users.ts";
import { VirtualClock } from "./virtual-clock.ts";

const ended = (code: number, stdout = "", stderr = ""): CommandResult => ({ code, signal: null, stdout, stderr });

/** A machine whose programs answer from a table. */
function machine(answers: Record<string, CommandResult>) {
  const asked: string[] = [];
  const run = async (argv: Argv) => {
    asked.push(argv.join(" "));
    return answers[argv[0]] ?? ended(127);
  };
  return { asked, run };
}

const ALICE = "alice:x:1000:1001:Alice,,,:/home/alice:/bin/bash\n";

describe("isUserName", () => {
  for (const name of ["www-data", "DOMAIN\\user@realm", "münchen", "a".repeat(256)]) {
    it(`takes ${name.slice(0, 20)}`, () => assert.ok(isUserName(name)));
  }
  for (const name of ["", "-G", "a:b", "a b", "../a", "a\n", "a\0", "\ud800", "a".repeat(257)]) {
    it(`refuses ${JSON.stringify(name.slice(0, 20))}`, () => assert.ok(!isUserName(name)));
  }
});

describe("lookupUser", () => {
  it("knows root on this machine", async () => {
    const { uid, gid, groups, home } = await lookupUser("root");
    assert.deepEqual({ uid, gid, home }, { uid: 0, gid: 0, home: "/root" });
    assert.ok(groups.includes(0));
  });

  it("tells all that NSS knows", async () => {
    const { run, asked } = machine({ getent: ended(0, ALICE), id: ended(0, "1001 27 998\n") });
    assert.deepEqual(await lookupUser("alice", run), {
      name: "alice",
      uid: 1000,
      gid: 1001,
      groups: [1001, 27, 998],
      home: "/home/alice",
      shell: "/bin/bash",
    });
    assert.deepEqual(asked, ["getent passwd -- alice", "id -G -- alice"]);
  });

  it("gives the usual shell to who has none", async () => {
    const { run } = machine({ getent: ended(0, "bob:x:1:1::/:\n"), id: ended(0, "1\n") });
    assert.equal((await lookupUser("bob", run)).shell, "/bin/sh");
  });

  it("knows nobody by number, and asks for no name that is none", async () => {
    const { run, asked } = machine({ getent: ended(0, ALICE), id: ended(0, "1001\n") });
    await assert.rejects(lookupUser("1000", run), { code: "USER_UNKNOWN", data: { user: "1000" } });
    for (const name of ["", "-x", "a:b", "a\n", "../x"])
      await assert.rejects(lookupUser(name, run), { code: "USER_UNKNOWN" });
    assert.deepEqual(asked, ["getent passwd -- 1000"]);
  });

  it("tells an unknown user from a name service that fails", async () => {
    await assert.rejects(lookupUser("x", machine({ getent: ended(2) }).run), {
      code: "USER_UNKNOWN",
      message: "there is no user 'x' on this machine",
    });
    await assert.rejects(lookupUser("x", machine({ getent: ended(1, "", "no LDAP") }).run), {
      code: "EXEC_FAILED",
      message: "getent cannot tell of user 'x': no LDAP",
    });
    const { run } = machine({ getent: ended(0, ALICE), id: ended(1, "", "no groups") });
    await assert.rejects(lookupUser("alice", run), { code: "EXEC_FAILED", message: /no groups/ });
  });
});

describe("createUserLookup", () => {
  function counting() {
    let count = 0;
    const lookup = createUserLookup(clock, async (name) => {
      count++;
      if (name === "late" && count === 1) throw new Error("unknown");
      return { name, uid: count } as User;
    });
    return lookup;
  }
  const clock = new VirtualClock();

  it("asks once for those who ask at the same time and shortly after", async () => {
    const lookup = counting();
    const [a, b] = await Promise.all([lookup("a"), lookup("a")]);
    assert.equal(a, b);
    await clock.advance(4_999);
    assert.equal(await lookup("a"), a);
    await clock.advance(1);
    assert.notEqual(await lookup("a"), a);
  });

  it("does not keep an error", async () => {
    const lookup = counting();
    await assert.rejects(lookup("late"));
    assert.equal((await lookup("late")).uid, 2);
  });

  it("keeps a bounded number of answers", async () => {
    const lookup = counting();
    const first = await lookup("0");
    for (let i = 1; i <= 1000; i++) await lookup(`${i}`);
    assert.notEqual(await lookup("0"), first);
  });
});
