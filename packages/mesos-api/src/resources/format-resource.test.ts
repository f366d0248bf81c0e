import assert from "node:assert/strict";
import { test } from "node:test";
import { formatResource } from "./format-resource.ts";
import { ranges, scalar, set } from "./resource.fixture.ts";

test("resources as Mesos prints them", () => {
  const disk = (init: Parameters<typeof scalar>[2]) => formatResource(scalar("disk", 10, init));
  assert.equal(formatResource(scalar("cpus", 0.1 + 0.2)), "cpus:0.3");
  assert.equal(
    formatResource(
      ranges(
        "ports",
        [
          [1, 2],
          [4, 4],
        ],
        { revocable: {} },
      ),
    ),
    "ports{REV}:[1-2, 4-4]",
  );
  assert.equal(
    formatResource(set("nics", ["a", "b"], { allocationInfo: { role: "web" } })),
    "nics(allocated: web):{a, b}",
  );
  assert.equal(
    disk({
      reservations: [
        { type: 1, role: "web" },
        { type: 2, role: "web/a", principal: "p", labels: { labels: [{ key: "k", value: "v" }, { key: "l" }] } },
      ],
      disk: { persistence: { id: "v" }, volume: { containerPath: "data", mode: 1 } },
      shared: {},
    }),
    "disk(reservations: [(STATIC,web), (DYNAMIC,web/a,p,{k: v, l})])[v:data]<SHARED>:10",
  );
  assert.equal(disk({ disk: { source: { type: 1, path: { root: "/a" } } } }), "disk[PATH:/a]:10");
  assert.equal(
    disk({ disk: { source: { type: 2, mount: { root: "/a" } }, persistence: { id: "v" } } }),
    "disk[MOUNT:/a,v]:10",
  );
  assert.equal(disk({ disk: { source: { type: 1, path: {} } } }), "disk[PATH]:10");
  assert.equal(disk({ disk: { source: { type: 4, id: "i", vendor: "d", profile: "p" } } }), "disk[RAW(d,i,p)]:10");
  assert.equal(
    disk({ disk: { persistence: { id: "v" }, volume: { containerPath: "d", hostPath: "/h", mode: 2 } } }),
    "disk[v:/h:d:ro]:10",
  );
});
