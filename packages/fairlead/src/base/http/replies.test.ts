import assert from "node:assert/strict";
import { describe, it } from "node:test";
import vm from "node:vm";
import fc from "fast-check";
import { isReply, jsonReply, plainReply, refuseMethod } from "./replies.ts";

const ask = (query: string) => ({ query: new URLSearchParams(query) });

describe("plainReply", () => {
  it("says what Mesos says by default", () => {
    assert.deepEqual(plainReply(404), {
      status: 404,
      contentType: "text/plain; charset=utf-8",
      body: "404 Not Found.",
    });
  });

  it("has a reason take the place of the default", () => {
    assert.equal(plainReply(400, "Expecting 'type' to be present").body, "Expecting 'type' to be present");
  });

  it("leaves 200, 202 and 307 without a body and its type", () => {
    assert.deepEqual(plainReply(202), { status: 202 });
    assert.deepEqual(plainReply(307, undefined, { Location: "//a:1" }), {
      status: 307,
      headers: { Location: "//a:1" },
    });
  });
});

describe("jsonReply", () => {
  it("writes values and sends text as it is", () => {
    assert.deepEqual(jsonReply(ask(""), { a: [1] }), {
      status: 200,
      contentType: "application/json",
      body: '{"a":[1]}',
    });
    assert.equal(jsonReply(ask(""), '{"a": 1}').body, '{"a": 1}');
  });

  it("calls the function that jsonp names", () => {
    const reply = jsonReply(ask("jsonp=angular.callbacks._0"), { a: 1 });
    assert.equal(reply.contentType, "text/javascript");
    assert.equal(reply.body, 'angular.callbacks._0({"a":1})');
  });

  for (const name of ["alert(1)//", "a;b", "a b", "1a", "a..b", "a[b]", "<script>", "a".repeat(300), "a\n"]) {
    it(`refuses ${JSON.stringify(name.slice(0, 20))} as a function`, () => {
      assert.equal(jsonReply(ask(new URLSearchParams({ jsonp: name }).toString()), {}).status, 400);
    });
  }

  it("makes scripts that call that function once, with that value, and do nothing else", () => {
    fc.assert(
      fc.property(fc.string(), fc.jsonValue(), (name, value) => {
        const reply = jsonReply({ query: new URLSearchParams({ jsonp: name }) }, JSON.stringify(value));
        // a word of the language names no function: such a script is a syntax error in whoever asked for it
        if (reply.status !== 200 || name === "" || /[.[\]]/.test(name) || !isFunctionName(name)) return;
        const seen: unknown[] = [];
        vm.runInNewContext(String(reply.body), { [name]: (argument: unknown) => seen.push(JSON.stringify(argument)) });
        assert.deepEqual(seen, [JSON.stringify(JSON.parse(JSON.stringify(value)))]);
      }),
      { numRuns: 50 },
    );
  });
});

function isFunctionName(name: string): boolean {
  try {
    new vm.Script(`(function ${name}() {})`);
    return true;
  } catch {
    return false;
  }
}

describe("refuseMethod", () => {
  it("says what was expected and what came", () => {
    assert.deepEqual(refuseMethod({ method: "GET" }, ["POST", "PUT"]), {
      status: 405,
      headers: { Allow: "POST, PUT" },
      contentType: "text/plain; charset=utf-8",
      body: "405 Method Not Allowed. Expecting one of { 'POST', 'PUT' }, but received 'GET'.",
    });
    assert.equal(refuseMethod({ method: "POST" }, ["POST"]), undefined);
  });
});

describe("isReply", () => {
  it("tells a reply from what was asked for", () => {
    assert.ok(isReply(plainReply(400)));
    assert.ok(!isReply({ message: {}, mediaType: "application/json" }));
  });
});
