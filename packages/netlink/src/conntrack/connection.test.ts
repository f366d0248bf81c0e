import assert from "node:assert/strict";
import { test } from "node:test";
import { deleteConnection, dumpConnections } from "./connection.ts";

// From include/uapi/linux/netfilter/nfnetlink_conntrack.h, and nf_conntrack_netlink.c for the bits of CTA_FILTER_ORIG_FLAGS; integers of the
// tuple are in network order, the flags in the machine's.
test("a dump asks for a protocol and a destination port", () => {
  const { type, payload } = dumpConnections({ family: 4, protocol: 17, destinationPort: 5353 });
  assert.equal(type, 0x0101);
  assert.equal(
    Buffer.from(payload).toString("hex"),
    "02000000" + // AF_INET
      "18000180" + // CTA_TUPLE_ORIG
      "14000280" + // CTA_TUPLE_PROTO
      "0500010011000000" + // CTA_PROTO_NUM: udp
      "0600030014e90000" + // CTA_PROTO_DST_PORT
      "0c001980" + // CTA_FILTER
      "0800010028000000", // CTA_FILTER_ORIG_FLAGS: protocol, destination port
  );
});

test("a deletion names the connection by the tuple, zone and id that the kernel gave", () => {
  const { type, payload } = deleteConnection({
    family: 6,
    originalTuple: Buffer.from("0400028004000280", "hex"),
    zone: Buffer.from([0, 7]),
    id: Buffer.from("12345678", "hex"),
  });
  assert.equal(type, 0x0102);
  assert.equal(
    Buffer.from(payload).toString("hex"),
    "0a000000" + "0c0001800400028004000280" + "0600120000070000" + "08000c0012345678",
  );
});

test("a deletion without a tuple, which would be of all connections, is refused", () => {
  const connection = { family: 4, originalTuple: Buffer.alloc(0), zone: undefined, id: undefined } as const;
  assert.throws(() => deleteConnection(connection), { code: "NETLINK_ARGUMENT_INVALID" });
});
