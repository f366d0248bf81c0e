import assert from "node:assert/strict";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { TaskStatus_Reason, TaskStatus_Source } from "@fairlead/mesos-api";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { shellTask } from "../support/framework.ts";
import { Cluster } from "./cluster.ts";

inHostLikeNamespaces(import.meta.filename);

/** Of Debian's base-passwd. */
const ROOT = { name: "root", uid: 0, gid: 0 };
const GAMES = { name: "games", uid: 5, gid: 60 };
const NOBODY = { name: "nobody", uid: 65_534, gid: 65_534 };
const STRANGER = "no-such-user";

const [NET_ADMIN, NET_RAW] = [1n << 12n, 1n << 13n];
/** What an OCI runtime gives by default. */
const OCI_CAPABILITIES = 0xa80425fbn;

const WHO = "id -u; id -g; touch mine; stat -c '%u %g' mine; cat stderr; echo to stderr >&2";
const CAPABILITIES = "grep -E '^Cap(Prm|Eff|Bnd|Amb)' /proc/self/status; ip link set lo down 2>&1";

test("users", async (t) => {
  const cluster = await Cluster.start(t);
  cluster.workspace.bridge("blue", "10.71.0.0/24");

  const runsAs = async (what: string, from: Cluster, { name, uid, gid }: typeof ROOT, user?: string) => {
    for (const networks of [[], ["blue"]]) {
      await t.test(`${what}, ${networks.length === 0 ? "on the host's network" : "on a network"}`, async () => {
        const id = `${name}-${user ?? "default"}-${networks.length}`;
        const command = { value: WHO, ...(user === undefined ? {} : { user }) };
        const { status, stdout, stderr } = await from.finish(shellTask(id, "", { networks, command }));
        assert.equal(stdout, `${uid}\n${gid}\n${uid} ${gid}\n`, status.message);
        assert.equal(stderr, "to stderr\n");
        const sandbox = from.sandbox(status);
        assert.deepEqual(owner(sandbox), [uid, gid, 0o750]);
        assert.deepEqual(readdirSync(sandbox).toSorted(), ["mine", "stderr", "stdout"]);
        for (const file of ["stdout", "stderr"]) assert.deepEqual(owner(join(sandbox, file)), [uid, gid, 0o644]);
      });
    }
  };

  const isRefused = async (what: string, from: Cluster, user?: string) => {
    await t.test(what, async () => {
      const command = { value: "true", ...(user === undefined ? {} : { user }) };
      const id = `stranger-${user ?? "default"}`;
      const { status } = await from.finish(shellTask(id, "", { networks: ["blue"], command }));
      assert.deepEqual(from.states(id), ["TASK_FAILED"]);
      assert.equal(status.source, TaskStatus_Source.AGENT);
      assert.equal(status.reason, TaskStatus_Reason.CONTAINER_LAUNCH_FAILED);
      assert.match(status.message, new RegExp(`^Failed to launch container: .*${STRANGER}`));
    });
  };

  await runsAs("the framework's user is root", cluster, ROOT);
  await runsAs("the command's user", cluster, GAMES, GAMES.name);
  await isRefused("a command's user that the agent does not know: TASK_FAILED", cluster, STRANGER);

  await t.test("the environment is what Mesos gives to a command task, with the HOME of the runtime", async () => {
    const variables = [
      { name: "GREETING", value: "good day; 'quoted'" },
      { name: "EMPTY", value: "" },
    ];
    const command = { value: "env -0 | sort -z | tr '\\0' '\\n'", environment: { variables } };
    const { status, stdout } = await cluster.finish(shellTask("environment", "", { networks: ["blue"], command }));
    const sandbox = cluster.sandbox(status).replace(/latest$/, status.containerStatus!.containerId!.value);
    const expected = {
      EMPTY: "",
      GREETING: "good day; 'quoted'",
      HOME: "/root",
      LIBPROCESS_IP: "0.0.0.0",
      LIBPROCESS_PORT: "0",
      MESOS_AGENT_ENDPOINT: "127.0.0.1:5051",
      MESOS_ALLOCATION_ROLE: "*",
      MESOS_CHECKPOINT: "1",
      MESOS_DIRECTORY: sandbox,
      MESOS_EXECUTOR_ID: "environment",
      MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD: "5secs",
      MESOS_FRAMEWORK_ID: cluster.framework.id,
      MESOS_HTTP_COMMAND_EXECUTOR: "0",
      MESOS_RECOVERY_TIMEOUT: "15mins",
      MESOS_SANDBOX: sandbox,
      MESOS_SLAVE_ID: status.agentId!.value,
      MESOS_SLAVE_PID: "slave(1)@127.0.0.1:5051",
      MESOS_SUBSCRIPTION_BACKOFF_MAX: "2secs",
      PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      PWD: sandbox,
    };
    const found = Object.fromEntries(
      stdout
        .trim()
        .split("\n")
        .map((line) => /^([^=]*)=(.*)$/.exec(line)!.slice(1)),
    );
    assert.deepEqual(found, expected);
  });

  await t.test("root has the capabilities of OCI without NET_ADMIN and NET_RAW", async () => {
    const stdout = await cluster.output(shellTask("capable", `${CAPABILITIES} || true`, { networks: ["blue"] }));
    const left = OCI_CAPABILITIES & ~(NET_ADMIN | NET_RAW);
    assert.deepEqual(capabilitiesIn(stdout), { Prm: left, Eff: left, Bnd: left, Amb: 0n });
    assert.match(stdout, /Operation not permitted/);
  });

  const ofNobody = await cluster.subscribe({ user: NOBODY.name, name: "of-nobody" });
  await runsAs("the framework's user is another one", ofNobody, NOBODY);
  await runsAs("the command's user before the framework's", ofNobody, GAMES, GAMES.name);

  await t.test("another user has no capabilities", async () => {
    const stdout = await ofNobody.output(shellTask("incapable", `${CAPABILITIES} || true`, { networks: ["blue"] }));
    assert.partialDeepStrictEqual(capabilitiesIn(stdout), { Prm: 0n, Eff: 0n, Amb: 0n });
    assert.match(stdout, /Operation not permitted/);
  });

  const ofStranger = await ofNobody.subscribe({ user: STRANGER, name: "of-stranger" });
  await isRefused("a framework's user that the agent does not know: TASK_FAILED", ofStranger);
  await runsAs("the command's user where the framework's is not known", ofStranger, NOBODY, NOBODY.name);
});

test("without --switch_user every task runs as the agent's user", async (t) => {
  const cluster = await Cluster.start(t, "--no-switch_user");
  cluster.workspace.bridge("green", "10.77.0.0/24");
  for (const user of [NOBODY.name, STRANGER]) {
    const { status, stdout } = await cluster.finish(
      shellTask(`of-${user}`, "", { networks: ["green"], command: { value: "id -u", user } }),
    );
    assert.equal(stdout, "0\n", status.message);
    assert.deepEqual(owner(cluster.sandbox(status)), [ROOT.uid, ROOT.gid, 0o750]);
  }
});

function owner(path: string): number[] {
  const { uid, gid, mode } = statSync(path);
  return [uid, gid, mode & 0o7777];
}

function capabilitiesIn(status: string): Record<string, bigint> {
  const sets = [...status.matchAll(/^Cap(\w+):\s+(\w+)$/gm)];
  return Object.fromEntries(sets.map(([, name, bits]) => [name, BigInt(`0x${bits}`)]));
}
