import type { Clock } from "./clock.ts";
import { FairleadError } from "./errors.ts";
import { USER_CACHE_ENTRIES, USER_CACHE_MS } from "./limits.ts";
import { type RunCommand, runCommand } from "./run-command.ts";

/** A user of this machine, as its name service tells. */
export interface User {
  readonly name: string;
  readonly uid: number;
  /** The primary group. */
  readonly gid: number;
  /** All groups, the primary one among them. */
  readonly groups: readonly number[];
  readonly home: string;
  readonly shell: string;
}

export type LookupUser = (name: string) => Promise<User>;

/** Longer ones are a mistake: getpwnam(3) and useradd(8) take 256 at most. */
const MAX_USER_NAME_BYTES = 256;

/** getent's exit status for a key that is not there. Source: getent(1). */
const NOT_FOUND = 2;

/**
 * Looks up a user by its name (never by its number, as in Mesos) in whatever the machine keeps users in: files, LDAP, systemd. Node.js has no
 * binding to NSS, so two programs of libc and coreutils are asked, which takes some milliseconds.
 *
 * Errors: USER_UNKNOWN (also a name that can be none), EXEC_* (NSS itself fails).
 */
export async function lookupUser(name: string, run: RunCommand = runCommand): Promise<User> {
  const unknown = () =>
    new FairleadError("USER_UNKNOWN", `there is no user '${name}' on this machine`, { data: { user: name } });
  if (!isUserName(name)) throw unknown();

  const passwd = await run(["getent", "passwd", "--", name]);
  if (passwd.code === NOT_FOUND) throw unknown();
  const entry = passwd.code === 0 ? parsePasswdLine(passwd.stdout) : undefined;
  if (entry === undefined) throw nameServiceFailed("getent", name, passwd.stderr);
  // getent takes a number for a user id
  if (entry.name !== name) throw unknown();

  const id = await run(["id", "-G", "--", name]);
  const groups = id.stdout.trim().split(" ").map(Number);
  if (id.code !== 0 || !groups.every(Number.isInteger)) throw nameServiceFailed("id", name, id.stderr);
  return { ...entry, groups };
}

/** What no passwd(5) can hold is none, nor what a program takes for an option. A backslash is fine: `DOMAIN\user`. */
export function isUserName(text: string): boolean {
  return Buffer.byteLength(text) <= MAX_USER_NAME_BYTES && /^[^-:/\s\p{Cc}\p{Cs}][^:/\s\p{Cc}\p{Cs}]*$/u.test(text);
}

/** Looks users up once in a while: answers are kept for some seconds, and those who ask at the same time share one look-up. */
export function createUserLookup(clock: Clock, lookup: LookupUser = lookupUser): LookupUser {
  const answers = new Map<string, { readonly user: Promise<User>; readonly untilMs: number }>();
  return (name) => {
    const nowMs = clock.monotonic();
    const known = answers.get(name);
    if (known !== undefined && nowMs < known.untilMs) return known.user;
    const user = lookup(name);
    answers.delete(name);
    answers.set(name, { user, untilMs: nowMs + USER_CACHE_MS });
    // the first is the oldest
    for (const [oldest] of answers) {
      if (answers.size <= USER_CACHE_ENTRIES) break;
      answers.delete(oldest);
    }
    // an error is told to those who asked, not kept: the user may be made the next moment
    user.catch(() => {
      if (answers.get(name)?.user === user) answers.delete(name);
    });
    return user;
  };
}

/** Reads `name:password:uid:gid:comment:home:shell`. Source: passwd(5). */
function parsePasswdLine(text: string): Omit<User, "groups"> | undefined {
  const [line = ""] = text.split("\n");
  const [name, , uid, gid, , home, shell] = line.split(":");
  if (name === undefined || home === undefined || !/^\d+$/.test(uid ?? "") || !/^\d+$/.test(gid ?? ""))
    return undefined;
  return { name, uid: Number(uid), gid: Number(gid), home, shell: shell || "/bin/sh" };
}

function nameServiceFailed(program: string, name: string, stderr: string): FairleadError {
  return new FairleadError("EXEC_FAILED", `${program} cannot tell of user '${name}': ${stderr.trim() || "no answer"}`, {
    data: { user: name },
  });
}
