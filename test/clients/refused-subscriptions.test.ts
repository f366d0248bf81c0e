import assert from "node:assert/strict";
import { test } from "node:test";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { Workspace } from "../support/workspace.ts";
import { ENCODINGS } from "./wire/encoding.ts";
import { WireFramework } from "./wire/wire-framework.ts";

inHostLikeNamespaces(import.meta.filename);

test("a SUBSCRIBE that is well formed and refused: an ERROR on a stream that ends", async (t) => {
  const workspace = new Workspace(t);
  await workspace.startMaster("--no-root_submissions");
  for (const [info, subscribe, text] of [
    [{ user: "u", role: "a" }, {}, "'FrameworkInfo.role' must not be set when the framework is MULTI_ROLE capable"],
    [
      { user: "u", capabilities: [] },
      {},
      "'FrameworkInfo.roles' must not be set when the framework is not MULTI_ROLE capable",
    ],
    [{ user: "u", roles: ["a", "a"] }, {}, /^'FrameworkInfo\.roles' contains duplicate items: \{ ?a ?\}$/],
    [
      { user: "u", roles: ["/a"] },
      {},
      "'FrameworkInfo.roles' contains invalid role: Role '/a' cannot start with a slash",
    ],
    [{ user: "root" }, {}, "User 'root' is not allowed to run frameworks without --root_submissions set"],
    [{ user: "u" }, { suppressed_roles: ["b"] }, /^Suppressed roles \{ ?b ?\} are not contained in the set of roles$/],
    [{ user: "u", failover_timeout: -1e300 }, {}, /^The framework failover_timeout \(-1e\+300\) is invalid$/],
    [
      { user: "u" },
      { offer_constraints: { role_constraints: { b: { groups: [] } } } },
      "Offer constraints specify `role_constraints` for a role 'b'not contained in the set of roles",
    ],
  ] as const) {
    for (const encoding of ENCODINGS) {
      await t.test(`${JSON.stringify({ ...info, ...subscribe })}, in ${encoding}`, async () => {
        const framework = await WireFramework.subscribe({ encoding, info, subscribe });
        await framework.untilEnded();
        assert.deepEqual(
          framework.events.map(({ type }) => type),
          ["ERROR"],
        );
        const { message } = framework.events[0]!.error!;
        if (typeof text === "string") assert.equal(message, text);
        else assert.match(message, text);
      });
    }
  }
});
