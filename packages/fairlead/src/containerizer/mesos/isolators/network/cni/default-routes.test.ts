import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { firstRoutes, NO_ROUTES, parseTaken } from "./default-routes.ts";

test("routes are read as `ip route add` takes them again", () => {
  const output = [
    "-4 default via 10.1.0.1 dev eth0 ",
    "-4 default via 10.2.0.1 dev eth0 metric 200 linkdown ",
    "-6 default via fd01::1 dev eth0 metric 1024 pref medium",
    "-6 default metric 1024 pref medium\\\tnexthop via fd01::1 dev eth0 weight 1 \\\tnexthop via fd02::1 dev eth1 weight 1 ",
    "",
  ].join("\n");
  assert.deepEqual(parseTaken(output), {
    "-4": ["default via 10.1.0.1 dev eth0", "default via 10.2.0.1 dev eth0 metric 200"],
    "-6": [
      "default via fd01::1 dev eth0 metric 1024 pref medium",
      "default metric 1024 pref medium nexthop via fd01::1 dev eth0 weight 1 nexthop via fd02::1 dev eth1 weight 1",
    ],
  });
});

test("nothing printed is no route", () => {
  assert.deepEqual(parseTaken(""), NO_ROUTES);
});

test("the first network with a default route gives it, each family by itself", () => {
  const v4 = { "-4": ["a"], "-6": [] };
  const v6 = { "-4": [], "-6": ["b"] };
  const both = { "-4": ["c"], "-6": ["d"] };
  assert.deepEqual(firstRoutes(NO_ROUTES, v4), v4);
  assert.deepEqual(firstRoutes(v4, both), { "-4": ["a"], "-6": ["d"] });
  assert.deepEqual(firstRoutes(v6, v4), { "-4": ["a"], "-6": ["b"] });
  assert.deepEqual(firstRoutes(both, NO_ROUTES), both);
});

test("whatever is printed, nothing that is read can end a line of the batch", () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (lines) => {
      const taken = parseTaken(lines.map((line) => `-4 ${line}`).join("\n"));
      for (const route of taken["-4"]) assert.doesNotMatch(route, /[\n\\]/);
    }),
  );
});
