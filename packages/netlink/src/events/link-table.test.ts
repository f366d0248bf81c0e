import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Link } from "../rtnetlink/links/link.ts";
import type { LinkEvent } from "./link-event.ts";
import { LinkTable } from "./link-table.ts";

function link(index: number, changes: Partial<Link> = {}): Link {
  return {
    index,
    name: `v${index}`,
    mac: "02:00:00:00:00:01",
    mtu: 1500,
    isUp: false,
    acceptsRouterAdvertisements: false,
    isOperational: false,
    isPromiscuous: false,
    isAllMulticast: false,
    kind: "veth",
    master: undefined,
    peerIndex: undefined,
    peerNamespaceId: undefined,
    flags: 0,
    alias: undefined,
    group: 0,
    txQueueLength: 1000,
    statistics: {
      rxPackets: 0n,
      txPackets: 0n,
      rxBytes: 0n,
      txBytes: 0n,
      rxErrors: 0n,
      txErrors: 0n,
      rxDropped: 0n,
      txDropped: 0n,
    },
    bridgePort: undefined,
    macvlanMode: undefined,
    vxlan: undefined,
    ...changes,
  };
}

test("a link is new, changed when something of it is, and deleted", () => {
  const table = new LinkTable();
  const down = link(1);
  const up = link(1, { isUp: true });
  assert.deepEqual(table.set(down), [{ kind: "new", link: down }]);
  assert.deepEqual(table.set(link(1)), []);
  assert.deepEqual(table.set(up), [{ kind: "changed", link: up, previous: down }]);
  assert.deepEqual(table.delete(1), [{ kind: "deleted", link: up }]);
  assert.deepEqual(table.delete(1), []);
  assert.deepEqual(table.set(up), [{ kind: "new", link: up }]);
});

test("counters are no change, but the last ones are told of a link that is gone", () => {
  const table = new LinkTable();
  const counted = link(1, { statistics: { ...link(1).statistics, rxBytes: 5n } });
  table.set(link(1));
  assert.deepEqual(table.set(counted), []);
  assert.deepEqual(table.delete(1), [{ kind: "deleted", link: counted }]);
});

test("a listing tells of what is gone, changed and new", () => {
  const table = new LinkTable();
  table.replaceAll([link(1), link(2), link(3)]);
  const changed = link(2, { mtu: 1400 });
  assert.deepEqual(table.replaceAll([changed, link(3), link(4)]), [
    { kind: "deleted", link: link(1) },
    { kind: "changed", link: changed, previous: link(2) },
    { kind: "new", link: link(4) },
  ]);
});

test("who follows the events knows what the last listing said, whatever came before", () => {
  const links = fc.uniqueArray(
    fc.record({ index: fc.integer({ min: 1, max: 6 }), mtu: fc.integer({ min: 1, max: 3 }) }),
    { selector: ({ index }) => index },
  );
  fc.assert(
    fc.property(fc.array(links), (listings) => {
      const table = new LinkTable();
      const known = new Map<number, Link>();
      for (const listing of listings) {
        const told = table.replaceAll(listing.map(({ index, mtu }) => link(index, { mtu })));
        for (const event of told) follow(known, event);
        assert.deepEqual(
          new Map([...known].map(([index, { mtu }]) => [index, mtu])),
          new Map(listing.map(({ index, mtu }) => [index, mtu])),
        );
      }
    }),
  );
});

function follow(known: Map<number, Link>, event: LinkEvent): void {
  const before = known.get(event.link.index);
  switch (event.kind) {
    case "new":
      assert.equal(before, undefined);
      known.set(event.link.index, event.link);
      return;
    case "changed":
      assert.deepEqual(before, event.previous);
      known.set(event.link.index, event.link);
      return;
    case "deleted":
      assert.deepEqual(before, event.link);
      known.delete(event.link.index);
  }
}
