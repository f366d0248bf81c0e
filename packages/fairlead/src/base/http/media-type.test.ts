import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { acceptedMediaType, acceptsEncoding, contentMediaType, JSON_TYPE, PROTOBUF_TYPE } from "./media-type.ts";

describe("acceptedMediaType", () => {
  const cases: [string | undefined, string | undefined][] = [
    [undefined, JSON_TYPE],
    ["*/*", JSON_TYPE],
    ["application/*", JSON_TYPE],
    ["application/json", JSON_TYPE],
    ["application/x-protobuf", PROTOBUF_TYPE],
    ["application/x-protobuf, application/json;q=0.1", JSON_TYPE],
    ["Application/JSON ; q=1", JSON_TYPE],
    ["application/json;q=0, */*", PROTOBUF_TYPE],
    ["application/json;q=0.0,application/x-protobuf", PROTOBUF_TYPE],
    ["application/json;charset=utf-8", JSON_TYPE],
    ["application/json;q=0", undefined],
    ["text/html", undefined],
    ["", undefined],
  ];
  for (const [accept, expected] of cases) {
    it(`answers ${accept ?? "no Accept header"} with ${expected ?? "nothing"}`, () => {
      assert.equal(acceptedMediaType({ headers: accept === undefined ? {} : { accept } }), expected);
    });
  }

  it("never throws", () => {
    fc.assert(fc.property(fc.string(), (accept) => void acceptedMediaType({ headers: { accept } })));
  });
});

describe("acceptsEncoding", () => {
  const cases: [string | undefined, boolean][] = [
    [undefined, false],
    ["", false],
    ["gzip", true],
    ["deflate, GZIP;q=0.5", true],
    ["*", true],
    ["*;q=0", false],
    ["gzip;q=0, *", false],
    ["gzip;q=0.000", false],
    ["identity", false],
  ];
  for (const [header, expected] of cases) {
    it(`takes ${header ?? "no header"} as ${expected}`, () => assert.equal(acceptsEncoding(header, "gzip"), expected));
  }
});

describe("contentMediaType", () => {
  it("leaves parameters and case aside", () => {
    assert.equal(contentMediaType("Application/JSON; charset=utf-8"), JSON_TYPE);
    assert.equal(contentMediaType(""), "");
  });
});
