import assert from "node:assert/strict";
import { test } from "node:test";
import { requireAllowed } from "./allow-list.ts";

const LIST = "\n^net\\.core\\.somaxconn$\r\n  ipv4\n\n";

test("a line that matches anywhere allows", () => {
  requireAllowed(["net.core.somaxconn", "net.ipv4.ip_forward"], LIST);
  requireAllowed([], "");
});

test("the first that no line matches is named, with the lines", () => {
  assert.throws(() => requireAllowed(["net.core.somaxconn", "net.core.somaxconn2"], LIST), {
    pluginCode: 999,
    message:
      "Sysctl net.core.somaxconn2 is not allowed. Only the following sysctls are allowed: [^net\\.core\\.somaxconn$ ipv4]",
  });
  assert.throws(() => requireAllowed(["net.core.somaxconn"], ""), { pluginCode: 999 });
});

test("a line that is no expression allows nothing", () => {
  assert.throws(() => requireAllowed(["net.core.somaxconn"], ".*\n("), {
    pluginCode: 999,
    message: /error parsing regexp/,
  });
});
