import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseConditions } from "./parse-conditions.ts";

const v4 = (...bytes: number[]) => Uint8Array.from(bytes);

test("the words of iptables become conditions", () => {
  const words = "! -s 10.0.0.0/8 -d 192.0.2.1 -i eth0 ! -o veth+ -p TCP";
  assert.deepEqual(parseConditions(words.split(" "), 4), [
    {
      match: "source",
      address: { family: 4, bytes: v4(10, 0, 0, 0) },
      mask: v4(255, 0, 0, 0),
      isNegated: true,
    },
    {
      match: "destination",
      address: { family: 4, bytes: v4(192, 0, 2, 1) },
      mask: v4(255, 255, 255, 255),
      isNegated: false,
    },
    { match: "inputInterface", name: "eth0", isNegated: false },
    { match: "outputInterface", name: "veth+", isNegated: true },
    { match: "protocol", protocol: 6, isNegated: false },
  ]);
  assert.deepEqual(parseConditions([], 4), []);
});

test("those of the modules need their module", () => {
  const words = "-m addrtype --src-type local ! --dst-type UNICAST -m mark ! --mark 0x2000/0x2000";
  assert.deepEqual(parseConditions(words.split(" "), 6), [
    { match: "sourceType", type: "LOCAL", isNegated: false },
    { match: "destinationType", type: "UNICAST", isNegated: true },
    { match: "mark", value: 0x2000, mask: 0x2000, isNegated: true },
  ]);
  assert.throws(() => parseConditions(["--mark", "1"], 4), { pluginCode: 7 });
});

test("masks are prefix lengths or addresses, of the family that the conditions are for", () => {
  const mask = (text: string, family: 4 | 6) => {
    const [condition] = parseConditions(["-s", text], family);
    assert.ok(condition?.match === "source");
    return Buffer.from(condition.mask).toString("hex");
  };
  assert.equal(mask("10.0.0.0/255.255.254.0", 4), "fffffe00");
  assert.equal(mask("10.0.0.0/31", 4), "fffffffe");
  assert.equal(mask("0.0.0.0/0", 4), "00000000");
  assert.equal(mask("fc00::/7", 6), `fe${"00".repeat(15)}`);
  assert.throws(() => mask("fc00::/7", 4), { pluginCode: 7 });
  assert.throws(() => mask("10.0.0.0/33", 4), { pluginCode: 7 });
});

const REFUSED = [
  "-s",
  "!",
  "! -m mark",
  "-s host.example.com",
  "-s 10.0.0.1,10.0.0.2",
  "--sport 80",
  "-m conntrack --ctstate NEW",
  "-j ACCEPT",
  "-i +",
  "-i eth0;reboot/",
  "-p icmp",
  "-m mark --mark 0x100000000",
  "-m addrtype --dst-type HOME",
  "ip saddr 10.0.0.0/8",
];

for (const words of REFUSED) {
  test(`'${words}' is refused with code 7`, () => {
    assert.throws(() => parseConditions(words.split(" "), 4), {
      pluginCode: 7,
      message: /^conditionsV4: '.*' is not supported/,
    });
  });
}

test("the refusal shows the words", () => {
  const words = ["-s", "10.0.0.0/8", "!", "--sport", "80", "-d", "10.0.0.1"];
  assert.throws(() => parseConditions(words, 4), { message: /^conditionsV4: '! --sport 80' / });
});

test("whatever is given is read or refused with code 7", () => {
  const word = fc.oneof(
    fc.constantFrom("!", "-s", "-d", "-i", "-o", "-p", "-m", "--mark", "--src-type", "mark", "addrtype", "1.2.3.4/5"),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(word), fc.constantFrom<4 | 6>(4, 6), (words, family) => {
      try {
        parseConditions(words, family);
      } catch (error) {
        assert.equal((error as { pluginCode?: number }).pluginCode, 7); // a CniError: nothing else has the field
      }
    }),
  );
});
