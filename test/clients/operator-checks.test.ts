import { test } from "node:test";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { Workspace } from "../support/workspace.ts";
import { AGENT_PORT, ask, MASTER_PORT } from "./wire/ask.ts";
import { assertText } from "./wire/refusal.ts";

inHostLikeNamespaces(import.meta.filename);

const JSON_HEADERS = { "Content-Type": "application/json" };

/** What an operator's request is refused for, in order. */
const REFUSED_OPERATORS: readonly (readonly [status: number, text: string | RegExp, Parameters<typeof ask>[0]])[] = [
  [
    405,
    "405 Method Not Allowed. Expecting one of { 'POST' }, but received 'PUT'.",
    { path: "/api/v1", method: "PUT", body: "x" },
  ],
  [400, "Expecting 'Content-Type' to be present", { path: "/api/v1", method: "POST", body: "x" }],
  [415, /^Expecting 'Content-Type' of /, { path: "/api/v1", headers: { "Content-Type": "text/plain" }, body: "x" }],
  [400, /^Failed to parse body into JSON: /, { path: "/api/v1", headers: JSON_HEADERS, body: "x" }],
  [
    400,
    /^Failed to convert JSON into Call protobuf: /,
    { path: "/api/v1", headers: JSON_HEADERS, body: '{"type":"GET_METRICS","get_metrics":[]}' },
  ],
  [
    400,
    "Failed to parse body into Call protobuf",
    { path: "/api/v1", headers: { "Content-Type": "application/x-protobuf" }, body: "\xff\xff" },
  ],
  [
    400,
    /^Failed to validate (master|agent)::Call: Expecting 'type' to be present$/,
    { path: "/api/v1", headers: { ...JSON_HEADERS, Accept: "text/html" }, body: "{}" },
  ],
  [
    400,
    /^Failed to validate (master|agent)::Call: Expecting 'get_metrics' to be present$/,
    { path: "/api/v1", headers: JSON_HEADERS, body: '{"type":"GET_METRICS"}' },
  ],
  [
    406,
    /^Expecting 'Accept' to allow /,
    { path: "/api/v1", headers: { ...JSON_HEADERS, Accept: "text/html" }, body: '{"type":"GET_HEALTH"}' },
  ],
];

test("checks of an operator's request", async (t) => {
  const workspace = new Workspace(t);
  await workspace.startLocal();
  for (const port of [MASTER_PORT, AGENT_PORT]) {
    for (const [status, text, question] of REFUSED_OPERATORS) {
      await t.test(`port ${port}: ${status} ${text}`, async () => {
        assertText(await ask({ ...question, port }), status, text);
      });
    }
  }
});
