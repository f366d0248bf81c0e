import assert from "node:assert/strict";
import { test } from "node:test";
import { AGENT_PORT, type Answer, ask, getJson, MASTER_PORT, type Question } from "../clients/wire/ask.ts";
import { task } from "../clients/wire/tasks.ts";
import { CAPABILITIES, WireFramework } from "../clients/wire/wire-framework.ts";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { Workspace } from "../support/workspace.ts";

inHostLikeNamespaces(import.meta.filename);

const JSON_HEADERS = { "Content-Type": "application/json" };
const FORM_HEADERS = { "Content-Type": "application/x-www-form-urlencoded" };

/** What a page's own name looks like once it was pointed at 127.0.0.1, and what else is no name of a server here. */
const FOREIGN_HOSTS = [
  "evil.example:5050",
  "evil.example",
  "127.0.0.1.evil.example:5050",
  "localhost.evil.example",
  "notlocalhost",
  "192.0.2.1:5050",
  "0.0.0.0:5050",
  "[2001:db8::1]:5050",
  "127.0.0.1:5050@evil.example",
  "evil.example#@127.0.0.1:5050",
];
const OWN_HOSTS = [
  "127.0.0.1:5050",
  "127.0.0.1",
  "localhost:5050",
  "LocalHost",
  "localhost.:5050",
  "[::1]:5050",
  "node-7.example:5050",
];

/** `null` is the origin of sandboxed frames, local files and redirects. */
const FOREIGN_ORIGINS = [
  "http://evil.example",
  "https://127.0.0.1.evil.example",
  "http://192.0.2.1:5050",
  "null",
  "file://",
  "garbage",
];
const OWN_ORIGINS = ["http://127.0.0.1:5050", "http://localhost:8080", "http://node-7.example:5050"];

const READ_PATHS = [
  "/state",
  "/state?jsonp=steal",
  "/flags",
  "/metrics/snapshot",
  "/health",
  "/version",
  "/nothing/here",
  "/",
];
const PATHS = {
  [MASTER_PORT]: [
    ...READ_PATHS,
    "/master/state",
    "/slaves",
    "/tasks",
    "/frameworks",
    "/roles",
    "/redirect",
    "/state.json",
  ],
  [AGENT_PORT]: [
    ...READ_PATHS,
    "/slave(1)/state",
    "/containers",
    "/monitor/statistics",
    "/files/browse?path=/",
    "/files/debug",
  ],
};

test("on loopback, pages of foreign sites get nothing and change nothing", async (t) => {
  const workspace = new Workspace(t);
  await workspace.startLocal("--hostname=node-7.example");
  await using framework = await WireFramework.subscribe();
  await framework.launch(task("precious", "sleep 1000"));
  await framework.update("precious", "TASK_RUNNING");

  const subscribe = JSON.stringify({
    type: "SUBSCRIBE",
    subscribe: { framework_info: { user: "root", name: "evil", roles: ["*"], capabilities: CAPABILITIES } },
  });
  /** What would change something, if it were let in. */
  const changes: readonly Question[] = [
    { path: "/api/v1/scheduler", headers: JSON_HEADERS, body: subscribe },
    { path: "/master/api/v1/scheduler/", headers: JSON_HEADERS, body: subscribe },
    { path: "/teardown", headers: FORM_HEADERS, body: `frameworkId=${framework.id}` },
    {
      path: "/api/v1",
      headers: JSON_HEADERS,
      body: JSON.stringify({ type: "TEARDOWN", teardown: { framework_id: { value: framework.id } } }),
    },
    {
      path: "/api/v1/scheduler",
      headers: { ...JSON_HEADERS, "Mesos-Stream-Id": framework.streamId },
      body: JSON.stringify({
        type: "KILL",
        framework_id: { value: framework.id },
        kill: { task_id: { value: "precious" } },
      }),
    },
    { path: "/api/internal/v1/agent", headers: { "Content-Type": "application/x-protobuf" }, body: "" },
  ];

  for (const port of [MASTER_PORT, AGENT_PORT] as const) {
    for (const host of FOREIGN_HOSTS) {
      await t.test(`port ${port}, Host ${host}: 403, whatever is asked for`, async () => {
        for (const path of PATHS[port]) {
          for (const method of ["GET", "POST", "OPTIONS", "DELETE"]) {
            const answer = await ask({ port, path, method, headers: { Host: host } });
            assertForbidden(answer, `Host '${host}' is not a name of this server`);
          }
        }
      });
    }

    for (const origin of FOREIGN_ORIGINS) {
      await t.test(`port ${port}, Origin ${origin}: 403, whatever is asked for`, async () => {
        for (const path of PATHS[port]) {
          for (const method of ["GET", "POST", "OPTIONS"]) {
            assertForbidden(
              await ask({ port, path, method, headers: { Origin: origin } }),
              `Origin '${origin}' is foreign`,
            );
          }
        }
      });
    }

    await t.test(`port ${port}: own names, and pages of this machine`, async () => {
      for (const host of OWN_HOSTS)
        assert.equal((await ask({ port, path: "/state", headers: { Host: host } })).status, 200, host);
      for (const origin of OWN_ORIGINS) {
        const answer = await ask({ port, path: "/state", headers: { Origin: origin } });
        assert.equal(answer.status, 200, origin);
        assert.equal(answer.headers["access-control-allow-origin"], undefined);
      }
    });

    await t.test(`port ${port}: scripts and images of a foreign page, but not a link that is followed`, async () => {
      for (const [site, mode, status] of [
        ["cross-site", "no-cors", 403],
        ["cross-site", "cors", 403],
        ["cross-site", "websocket", 403],
        ["cross-site", "navigate", 200],
        ["same-origin", "cors", 200],
        ["same-site", "no-cors", 200],
        ["none", "navigate", 200],
      ] as const) {
        const headers = { "Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode };
        assert.equal((await ask({ port, path: "/state?jsonp=steal", headers })).status, status, `${site} ${mode}`);
      }
    });
  }

  await t.test("a name that was rebound, with all that a browser would send from it", async () => {
    for (const change of changes) {
      const headers = {
        ...change.headers,
        Host: "evil.example:5050",
        Origin: "http://evil.example:5050",
        "Sec-Fetch-Site": "same-origin",
      };
      assertForbidden(await ask({ ...change, headers }), "Host 'evil.example:5050' is not a name of this server");
    }
  });

  await t.test("a form or a script of a foreign page", async () => {
    for (const origin of FOREIGN_ORIGINS) {
      for (const change of changes) {
        const answer = await ask({ ...change, headers: { ...change.headers, Origin: origin } });
        assertForbidden(answer, `Origin '${origin}' is foreign`);
      }
    }
  });

  await t.test("nothing of that has changed anything", async () => {
    const { frameworks, completed_frameworks } = await getJson<{
      frameworks: { id: string }[];
      completed_frameworks: object[];
    }>("/frameworks");
    assert.deepEqual([frameworks.map(({ id }) => id), completed_frameworks], [[framework.id], []]);
    await framework.kill("precious");
    // it was alive until now
    const states = framework.updates.map(({ state }) => state);
    assert.ok(!states.includes("TASK_KILLED"));
    await framework.update("precious", "TASK_KILLED");
  });
});

function assertForbidden({ status, text, headers }: Answer, reason: string): void {
  assert.deepEqual([status, text], [403, reason]);
  assert.equal(headers["access-control-allow-origin"], undefined);
}
