import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { isWithin, parseMountTable, readMountTable } from "./mount-table.ts";

describe("parseMountTable", () => {
  it("reads the lines of the kernel", () => {
    const text = `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
52 22 0:45 / /run/a\\040b\\134\\011 rw shared:7 master:2 - tmpfs tmpfs rw
60 22 0:4 net:[4026532281] /run/netns/x rw - nsfs nsfs rw
`;
    assert.deepEqual(parseMountTable(text), [
      {
        id: 36,
        device: "98:0",
        root: "/mnt1",
        target: "/mnt2",
        type: "ext3",
        source: "/dev/root",
        superOptions: ["rw", "errors=continue"],
      },
      {
        id: 52,
        device: "0:45",
        root: "/",
        target: "/run/a b\\\t",
        type: "tmpfs",
        source: "tmpfs",
        superOptions: ["rw"],
        peerGroup: 7,
      },
      {
        id: 60,
        device: "0:4",
        root: "net:[4026532281]",
        target: "/run/netns/x",
        type: "nsfs",
        source: "nsfs",
        superOptions: ["rw"],
      },
    ]);
  });

  it("leaves out what is no mount, and never throws", () => {
    assert.deepEqual(parseMountTable("\n1 2\n36 35 98:0 /a /b rw -\n36 35 98:0 /a /b rw ext3 /dev/a rw\n"), []);
    fc.assert(fc.property(fc.string(), (text) => void parseMountTable(text)));
  });

  it("reads back every path that the kernel can write", () => {
    const path = fc.string({ unit: fc.constantFrom("a", " ", "\t", "\n", "\\", "#", "-", "0", "4", "ü") });
    const octal = (text: string) =>
      text.replaceAll(/[ \t\n\\#]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, "0")}`);
    fc.assert(
      fc.property(path, path, (root, target) => {
        const line = `36 35 98:0 /${octal(root)} /${octal(target)} rw shared:1 - ext3 /dev/root rw\n`;
        const [entry] = parseMountTable(line);
        assert.equal(entry?.root, `/${root}`);
        assert.equal(entry?.target, `/${target}`);
      }),
    );
  });
});

describe("readMountTable", () => {
  it("knows the root of this machine", async () => {
    assert.ok((await readMountTable()).some(({ target }) => target === "/"));
  });
});

describe("isWithin", () => {
  it("compares whole names", () => {
    assert.ok(isWithin("/a/b", "/a") && isWithin("/a", "/a") && isWithin("/a", "/"));
    assert.ok(!isWithin("/ab", "/a") && !isWithin("/", "/a"));
  });
});
