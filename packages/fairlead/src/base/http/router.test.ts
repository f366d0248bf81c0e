import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createRouter, queryOf, type RouteMatch } from "./router.ts";

const handler = () => ({ status: 200 });
const route = (path: string) => ({ path, handler });

const master = createRouter(
  "master",
  ["/", "/state", "/state.json", "/slaves", "/tasks", "/api/v1", "/api/v1/scheduler"].map(route),
);
const agent = createRouter("slave(1)", ["/state", "/containers", "/monitor/statistics"].map(route));

function found(result: ReturnType<typeof master.match>): [string, ...string[]] | string | undefined {
  if (result === undefined || result === "malformed") return result;
  return [result.route.path, ...result.rest];
}

describe("createRouter", () => {
  const cases: [string, ReturnType<typeof found>][] = [
    ["/state", ["/state"]],
    ["/state/", ["/state"]],
    ["/master/state", ["/state"]],
    ["/master/state/?jsonp=x", ["/state"]],
    ["/master/state.json", ["/state.json"]],
    ["//state", ["/state"]],
    ["/slaves/S0", ["/slaves", "S0"]],
    ["/master/slaves/a/b/", ["/slaves", "a", "b"]],
    ["/slaves/%53%30", ["/slaves", "S0"]],
    ["/slaves/a%2Fb", ["/slaves", "a/b"]],
    ["/%73tate", ["/state"]],
    ["/api/v1", ["/api/v1"]],
    ["/api/v1/operator", ["/api/v1", "operator"]],
    ["/api/v1/scheduler/", ["/api/v1/scheduler"]],
    ["/", ["/"]],
    ["", "malformed"],
    ["/?x=/state", ["/"]],
    ["/master", ["/"]],
    ["/master/", ["/"]],
    ["/api", undefined],
    ["/api%2Fv1", undefined],
    ["/nothing", undefined],
    ["/master/master/state", undefined],
    ["/slave(1)/state", undefined],
    ["/slaves/..", undefined],
    ["/slaves/%2e%2e/state", undefined],
    ["/slaves/%", "malformed"],
    ["/slaves/%zz", "malformed"],
    ["/slaves/%ff", "malformed"],
    ["*", "malformed"],
    ["http://127.0.0.1:5050/master/slaves/S1?x", ["/slaves", "S1"]],
    ["HTTP://127.0.0.1:5050", ["/"]],
    ["ftp://127.0.0.1/state", "malformed"],
  ];
  for (const [target, expected] of cases) {
    it(`matches ${target || "an empty target"} on a master`, () =>
      assert.deepEqual(found(master.match(target)), expected));
  }

  const agentCases: [string, ReturnType<typeof found>][] = [
    ["/slave(1)/state", ["/state"]],
    ["/slave%281%29/state/", ["/state"]],
    ["/slave%281%29/monitor/statistics", ["/monitor/statistics"]],
    ["/monitor", undefined],
    ["/slave(1)", undefined],
    ["/master/state", undefined],
  ];
  for (const [target, expected] of agentCases) {
    it(`matches ${target} on an agent`, () => assert.deepEqual(found(agent.match(target)), expected));
  }

  it("tells the path as it was asked for, decoded", () => {
    assert.equal((agent.match("/slave%281%29/state/?x") as RouteMatch).path, "/slave(1)/state/");
  });

  it("refuses two handlers for one path", () => {
    assert.throws(() => createRouter("master", [route("/a/b"), route("/a/b/")]), /two routes for \/a\/b/);
  });

  it("finds the longest route that is a prefix, however the path is written", () => {
    const name = fc.constantFrom("a", "b", "c", "state", "slave(1)", "ü");
    const path = fc.array(name, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        fc.array(path, { minLength: 1, maxLength: 8 }),
        path,
        fc.infiniteStream(fc.nat(3)),
        (paths, asked, noise) => {
          const keys = [...new Set(paths.map((segments) => segments.join("/")))];
          const router = createRouter(
            "master",
            keys.map((key) => route(`/${key}`)),
          );
          const written = asked
            .map(
              (segment) =>
                "/".repeat(1 + next(noise)) + (next(noise) === 0 ? encodeEverything(segment) : encodeURI(segment)),
            )
            .join("");
          const text = asked.join("/");
          const longest = keys
            .filter((key) => `${text}/`.startsWith(`${key}/`))
            .reduce<string | undefined>(
              (best, key) => (best === undefined || key.length > best.length ? key : best),
              undefined,
            );
          const expected =
            longest === undefined ? undefined : [`/${longest}`, ...asked.slice(longest.split("/").length)];
          assert.deepEqual(found(router.match(`${written}${"/".repeat(next(noise))}?q`)), expected);
          assert.deepEqual(found(router.match(`/master${written}`)), expected);
        },
      ),
    );
  });

  it("never throws, whatever is asked for", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (target) => {
        master.match(target);
        master.match(`/${target}`);
      }),
    );
  });
});

describe("queryOf", () => {
  it("returns what stands behind the first question mark", () => {
    assert.equal(queryOf("/a?b=c?d"), "b=c?d");
    assert.equal(queryOf("/a"), "");
  });
});

function next(stream: Iterator<number>): number {
  return stream.next().value;
}

function encodeEverything(text: string): string {
  return [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
}
