import assert from "node:assert/strict";
import { test } from "node:test";
import { NetconfReader } from "./netconf-reader.ts";

const fields = (object: ConstructorParameters<typeof NetconfReader>[0]) => new NetconfReader(object, "NetConf");

test("what is absent or null means nothing", () => {
  for (const none of [fields({}), fields({ a: null })]) {
    assert.deepEqual(
      [none.text("a"), none.flag("a"), none.integer("a"), none.texts("a"), none.objects("a"), none.has("a")],
      ["", false, 0, [], [], false],
    );
    assert.equal(none.object("a").text("b"), "");
  }
});

test("values are read, an exact key before one in other case", () => {
  const given = fields({ MTU: 1, mtu: 2, IPMASQ: true, list: ["x"], items: [{ ID: 7 }] });
  assert.equal(given.integer("mtu"), 2);
  assert.equal(given.flag("ipMasq"), true);
  assert.deepEqual(given.texts("list"), ["x"]);
  assert.equal(given.objects("items")[0]?.integer("id"), 7);
});

test("values of another kind are refused in the reference's words", () => {
  const wrong = fields({ mtu: "x", isGateway: 1, bridge: {}, list: [1], items: 1.5, runtimeConfig: { mac: [] } });
  const message = (words: string) => ({
    code: "CNI_PLUGIN_FAILED",
    pluginCode: 999,
    message: `failed to load netconf: json: cannot unmarshal ${words}`,
  });
  assert.throws(() => wrong.integer("mtu"), message("string into Go struct field NetConf.mtu of type int"));
  assert.throws(() => wrong.flag("isGateway"), message("number into Go struct field NetConf.isGateway of type bool"));
  assert.throws(() => wrong.text("bridge"), message("object into Go struct field NetConf.bridge of type string"));
  assert.throws(() => wrong.texts("list"), message("number into Go struct field NetConf.list of type string"));
  assert.throws(() => wrong.integer("items"), message("number 1.5 into Go struct field NetConf.items of type int"));
  assert.throws(
    () => wrong.object("runtimeConfig").text("mac"),
    message("array into Go struct field NetConf.runtimeConfig.mac of type string"),
  );
});

test("lists of lists, and values as they stand", () => {
  const given = fields({ ranges: [[{ a: 1 }], []], routes: [{ dst: 7 }], wrong: [{}], worse: [[1]], none: null });
  assert.deepEqual(
    given.objectLists("ranges").map((list) => list.map((item) => item.integer("a"))),
    [[1], []],
  );
  assert.deepEqual(given.objectLists("none"), []);
  assert.throws(() => given.objectLists("wrong"), { pluginCode: 999, message: /object into .*\.wrong of type/ });
  assert.throws(() => given.objectLists("worse"), { pluginCode: 999, message: /number into .*\.worse of type/ });
  assert.deepEqual([given.value("routes"), given.value("none")], [[{ dst: 7 }], undefined]);
});

test("keys that objects inherit are none", () => {
  assert.equal(fields({}).text("constructor"), "");
  assert.equal(fields({}).has("__proto__"), false);
});
