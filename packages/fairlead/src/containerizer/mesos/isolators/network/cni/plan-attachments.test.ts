import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { ContainerInfo_Type } from "@fairlead/mesos-api";
import fc from "fast-check";
import { type ErrorCode, FairleadError } from "../../../../../base/errors.ts";
import { containerConfig } from "./container-config.fixture.ts";
import { planAttachments } from "./plan-attachments.ts";

type Arguments = Parameters<typeof containerConfig>;

function refusal(args: Arguments): FairleadError {
  try {
    planAttachments(containerConfig(...args));
  } catch (error) {
    assert.ok(error instanceof FairleadError, String(error));
    return error;
  }
  return assert.fail("not refused");
}

test("interfaces count the named networks, in request order", () => {
  const plan = planAttachments(containerConfig("c1", [{}, { name: "blue" }, { groups: ["x"] }, { name: "red" }]));
  assert.deepEqual(
    plan?.attachments.map(({ network, ifName }) => [network, ifName]),
    [
      ["blue", "eth0"],
      ["red", "eth1"],
    ],
  );
  assert.equal(plan?.hostname, "c1");
});

test("a container that names no network stays on the host's, whatever else it asks for", () => {
  assert.equal(planAttachments(containerConfig("c1", [])), undefined);
  assert.equal(planAttachments(containerConfig("c1", [{}, { groups: ["g"] }], { hostname: "h" })), undefined);
  const { containerInfo: _, ...config } = containerConfig("c1", []);
  assert.equal(planAttachments(config), undefined);
});

test("the host name is the one asked for", () => {
  assert.equal(
    planAttachments(containerConfig("c1", [{ name: "n" }], { hostname: "web.example" }))?.hostname,
    "web.example",
  );
});

const LABEL = (key: string, value: string) => ({ name: "n", labels: { labels: [{ key, value }] } });

const N = [{ name: "n" }];

for (const [what, args, code, message] of [
  ["twice the same", ["c", [...N, ...N]], "NETWORK_INVALID", /^Attempted to join CNI network 'n' multiple times$/],
  [
    "a DOCKER container",
    ["c", [], { type: ContainerInfo_Type.DOCKER }],
    "CONTAINER_INVALID",
    /^Can only prepare CNI networks for a MESOS container$/,
  ],
  [
    "a nested container",
    ["c.d", [], { parentId: "c" }],
    "CONTAINER_INVALID",
    /^Nested containers are not supported by/,
  ],
  ["a path", ["c", [{ name: "../x" }]], "NETWORK_INVALID", /^Unknown CNI network '\.\.\/x': the name must/],
  ["an empty name", ["c", [{ name: "" }]], "NETWORK_INVALID", /^Unknown CNI network '': the name is empty$/],
  ["a line end", ["c", [{ name: "a\nb" }]], "NETWORK_INVALID", /^Unknown CNI network 'a\\nb': the name must/],
  [
    "the name of a file",
    ["c", [{ name: "ns" }]],
    "NETWORK_INVALID",
    /^Unknown CNI network 'ns': the name is reserved$/,
  ],
  ["a host name with a space", ["c", N, { hostname: "a b" }], "CONTAINER_INVALID", /^Invalid hostname "a b"/],
  ["a label value with a line end", ["c", [LABEL("k", "a\nb")]], "NETWORK_INVALID", /label value .*: "a\\nb"$/],
  ["a label key with NUL", ["c", [LABEL("k\0", "v")]], "NETWORK_INVALID", /label key .*control characters/],
  ["a group with a tab", ["c", [{ name: "n", groups: ["a\tb"] }]], "NETWORK_INVALID", /group .*control characters/],
  ["an id that CNI refuses", ["-c", N], "CONTAINER_INVALID", /^Container id "-c" cannot be used with CNI/],
] satisfies [string, Arguments, ErrorCode, RegExp][]) {
  test(`refused: ${what}`, () => {
    const error = refusal(args);
    assert.equal(error.code, code);
    assert.match(error.message, message);
  });
}

test("slashes are fine in labels", () => {
  assert.ok(planAttachments(containerConfig("c", [LABEL("example.org/app", "/a/../b")])));
});

test("no name that is accepted leaves the directory of the container", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[./a-z]{0,5}$/)), (name) => {
      try {
        planAttachments(containerConfig("c", [{ name }]));
      } catch (error) {
        assert.ok(error instanceof FairleadError);
        return;
      }
      assert.match(join("/root/c", name), /^\/root\/c\/[^/]+$/);
    }),
  );
});
