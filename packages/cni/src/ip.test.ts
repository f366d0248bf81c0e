import assert from "node:assert/strict";
import { isIP } from "node:net";
import { test } from "node:test";
import fc from "fast-check";
import { formatCidr, formatIp, parseCidr, parseIp } from "./ip.ts";

const MAPPED = /^::ffff:/;

test("every IPv4 address survives text and back", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), (bytes) => {
      assert.deepEqual(parseIp(formatIp({ family: 4, bytes })), { family: 4, bytes });
    }),
  );
});

test("every IPv6 address survives text and back, and its text is the canonical one", () => {
  const byte = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 255 }));
  fc.assert(
    fc.property(fc.array(byte, { minLength: 16, maxLength: 16 }), (array) => {
      const bytes = Uint8Array.from(array);
      const text = formatIp({ family: 6, bytes });
      fc.pre(!MAPPED.test(text));
      assert.deepEqual(parseIp(text), { family: 6, bytes });
      // the WHATWG URL parser writes RFC 5952
      assert.equal(`[${text}]`, new URL(`http://[${text}]/`).hostname);
    }),
  );
});

test("accepts exactly what node:net accepts, but for zones and mapped addresses", () => {
  const text = fc.oneof(
    fc.ipV4Extended(),
    fc.ipV6(),
    fc.stringMatching(/^[0-9a-f:.%]{0,20}$/),
    fc.stringMatching(/^(0{0,2}[0-9]{1,3}\.){3}[0-9]{1,3}$/),
  );
  fc.assert(
    fc.property(text, (candidate) => {
      const parsed = parseIp(candidate);
      if (parsed) {
        assert.equal(isIP(candidate), parsed.family);
      } else if (isIP(candidate) !== 0) {
        assert.ok(candidate.includes("%") || MAPPED.test(new URL(`http://[${candidate}]/`).hostname.slice(1)));
      }
    }),
    { numRuns: 2000 },
  );
});

for (const [text, canonical] of [
  ["10.0.0.1/24", "10.0.0.1/24"],
  ["0.0.0.0/0", "0.0.0.0/0"],
  ["FD00:0:0::0001/64", "fd00::1/64"],
  ["::/0", "::/0"],
  ["64:ff9b::192.0.2.33/128", "64:ff9b::c000:221/128"],
  ["1:0:0:2:0:0:0:3/10", "1:0:0:2::3/10"],
  ["1:0:2:3:4:5:6:7/10", "1:0:2:3:4:5:6:7/10"],
] as const) {
  test(`${text} is ${canonical}`, () => {
    const cidr = parseCidr(text);
    assert.ok(cidr);
    assert.equal(formatCidr(cidr), canonical);
  });
}

for (const text of [
  "",
  "10.0.0.1",
  "10.0.0.1/",
  "10.0.0.1/33",
  "10.0.0.1/08",
  "10.0.0.1/8/8",
  "10.0.0.1/ 8",
  "010.0.0.1/8",
  "10.0.0.256/8",
  "10.0.1/8",
  "::1/129",
  "::ffff:10.0.0.1/96",
  "0:0:0:0:0:ffff:a00:1/96",
  "fe80::1%eth0/64",
  "1:2:3:4:5:6:7::8/64",
  "1::2::3/64",
  "12345::/64",
  "1.2.3.4::/64",
  ":1:2:3:4:5:6:7/64",
]) {
  test(`${JSON.stringify(text)} is no address in CIDR notation`, () => {
    assert.equal(parseCidr(text), undefined);
  });
}
