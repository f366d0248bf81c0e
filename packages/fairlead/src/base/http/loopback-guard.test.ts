import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { isLoopback, loopbackProblem } from "./loopback-guard.ts";

const NAMES = ["Box.example"];
const get = (headers: Record<string, string>) => loopbackProblem({ method: "GET", headers }, NAMES);
const post = (headers: Record<string, string>) => loopbackProblem({ method: "POST", headers }, NAMES);

describe("loopbackProblem", () => {
  for (const host of [
    "localhost",
    "LocalHost:5050",
    "localhost.:5050",
    "127.0.0.1",
    "127.9.8.7:1",
    "[::1]:5050",
    "[::ffff:127.0.0.1]",
    "box.example:80",
    "",
  ]) {
    it(`takes the Host '${host}'`, () => assert.equal(get({ host }), undefined));
  }

  for (const host of [
    "evil.example",
    "evil.example:5050",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "10.0.0.1:5050",
    "0.0.0.0:5050",
    "[::]:5050",
    "user@evil.example",
    "a b",
    "/",
  ]) {
    it(`refuses the Host '${host}'`, () => assert.match(get({ host }) ?? "", /is not a name of this server/));
  }

  it("needs no Host: programs with HTTP/1.0 send none, browsers always do", () => assert.equal(get({}), undefined));

  it("takes pages of this machine", () => {
    assert.equal(post({ host: "127.0.0.1:5050", origin: "http://localhost:5050" }), undefined);
    assert.equal(post({ host: "127.0.0.1:5050", origin: "http://[::1]:8080" }), undefined);
  });

  for (const origin of ["https://evil.example", "http://127.0.0.1.evil.example", "null", "file://", ""]) {
    it(`refuses the Origin '${origin}' for every method`, () => {
      assert.match(get({ host: "127.0.0.1", origin }) ?? "", /is foreign/);
      assert.match(post({ host: "127.0.0.1", origin }) ?? "", /is foreign/);
    });
  }

  it("refuses what scripts and images of foreign pages load", () => {
    const headers = { host: "127.0.0.1", "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" };
    assert.match(get(headers) ?? "", /foreign site/);
  });

  it("lets a link of a foreign page be followed, but no form be sent", () => {
    const headers = { host: "127.0.0.1", "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
    assert.equal(get(headers), undefined);
    assert.match(post(headers) ?? "", /foreign site/);
  });

  it("never throws, and takes no name that is not its own", () => {
    fc.assert(
      fc.property(fc.domain(), fc.nat(65535), (domain, port) => {
        assert.notEqual(get({ host: `${domain}:${port}` }), undefined);
        assert.notEqual(get({ host: "localhost", origin: `https://${domain}:${port}` }), undefined);
      }),
    );
    fc.assert(fc.property(fc.string(), fc.string(), (host, origin) => void get({ host, origin })));
  });
});

describe("isLoopback", () => {
  it("knows the addresses that stay on this machine", () => {
    assert.ok(["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"].every(isLoopback));
    assert.ok(!["0.0.0.0", "::", "10.1.2.3", "localhost", ""].some(isLoopback));
  });
});
