import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { test } from "node:test";
import { getJson } from "../clients/wire/ask.ts";
import { ENCODINGS } from "../clients/wire/encoding.ts";
import { WireFramework } from "../clients/wire/wire-framework.ts";
import { Cluster } from "../cni/cluster.ts";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { shellTask } from "../support/framework.ts";
import { Workspace } from "../support/workspace.ts";

inHostLikeNamespaces(import.meta.filename);

/** Of Debian's base-passwd. */
const NOBODY = 65_534;

const FLAGS = async (port: number) => (await getJson<{ flags: Record<string, string> }>("/flags", port)).flags;

test("by default a task runs as its user, and root may be one", async (t) => {
  const cluster = await Cluster.start(t);
  assert.equal((await FLAGS(5051)).switch_user, "true");
  assert.equal((await FLAGS(5050)).root_submissions, "true");
  const ofNobody = await cluster.subscribe({ user: "nobody", name: "of-nobody" });
  const { stdout, status } = await ofNobody.finish(shellTask("default", "id -u"));
  assert.equal(stdout, `${NOBODY}\n`);
  assert.equal(statSync(ofNobody.sandbox(status)).uid, NOBODY);
});

test("--no-switch_user: every task runs as the agent, whoever it names", async (t) => {
  const cluster = await Cluster.start(t, "--no-switch_user");
  for (const user of ["nobody", "no-such-user"]) {
    const init = shellTask(`as-agent-${user}`, "", { command: { value: "id -u", user } });
    const { stdout, status } = await cluster.finish(init);
    assert.equal(stdout, "0\n", status.message);
    assert.deepEqual(
      [statSync(cluster.sandbox(status)).uid, statSync(cluster.sandbox(status)).mode & 0o777],
      [0, 0o750],
    );
  }
});

test("--no-root_submissions: a framework of root is refused, others are not", async (t) => {
  const workspace = new Workspace(t);
  await workspace.startMaster("--no-root_submissions");
  for (const encoding of ENCODINGS) {
    const refused = await WireFramework.subscribe({ encoding, info: { user: "root" } });
    await refused.untilEnded();
    assert.deepEqual(
      refused.events.map(({ type, error }) => [type, error?.message]),
      [["ERROR", "User 'root' is not allowed to run frameworks without --root_submissions set"]],
    );
    await using taken = await WireFramework.subscribe({ encoding, info: { user: "nobody" } });
    assert.equal(taken.events[0]?.type, "SUBSCRIBED");
    // nor does it become root's afterwards
    const framework_info = {
      user: "root",
      name: "wire",
      roles: ["*"],
      id: { value: taken.id },
      capabilities: [{ type: "MULTI_ROLE" }],
    };
    const answer = await taken.ask({ type: "UPDATE_FRAMEWORK", update_framework: { framework_info } });
    assert.equal(answer.status, 400, answer.text);
  }
  const { frameworks } = await getJson<{ frameworks: { user: string }[] }>("/frameworks");
  assert.ok(frameworks.every(({ user }) => user === "nobody"));
});
