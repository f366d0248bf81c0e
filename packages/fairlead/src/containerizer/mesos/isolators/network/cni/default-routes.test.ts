import assert from "node:assert/strict";
import { test } from "node:test";
import { firstRoutes, NO_ROUTES } from "./default-routes.ts";

const route = (byte: number) => [Uint8Array.of(byte)];

test("the first network with a default route gives it, each family by itself", () => {
  const v4 = { ipv4: route(1), ipv6: [] };
  const v6 = { ipv4: [], ipv6: route(2) };
  const both = { ipv4: route(3), ipv6: route(4) };
  assert.deepEqual(firstRoutes(NO_ROUTES, v4), v4);
  assert.deepEqual(firstRoutes(v4, both), { ipv4: route(1), ipv6: route(4) });
  assert.deepEqual(firstRoutes(v6, v4), { ipv4: route(1), ipv6: route(2) });
  assert.deepEqual(firstRoutes(both, NO_ROUTES), both);
});
