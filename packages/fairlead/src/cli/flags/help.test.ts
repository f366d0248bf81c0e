import assert from "node:assert/strict";
import { test } from "node:test";
import { accepted, served, unsupported } from "./flag.ts";
import { helpText } from "./help.ts";
import { boolean, port, text } from "./kind.ts";

test("help shows what is served with its value and default, and names the rest", () => {
  const table = {
    port: served(port, "Port to listen on.", { default: "5050" }),
    name: served(text, "Name."),
    quiet: served(boolean, "Do not log.", { default: "false" }),
    lookup: served(boolean, "Ask the resolver.", { default: "true" }),
    old: accepted(text, "Old.", "it is old"),
    zk: unsupported(text, "ZooKeeper.", "there is none"),
  };
  assert.equal(
    helpText("fairlead x [flags]", "Does x.", table),
    `Usage: fairlead x [flags]

Does x.

Flags:

  --port=<port>  (5050)
      Port to listen on.

  --name=<text>
      Name.

  --quiet
      Do not log.

  --[no-]lookup  (on)
      Ask the resolver.

Taken, without effect here (docs/flags.md tells why):
  --old

Refused, because what they ask for is not there (docs/flags.md tells why):
  --zk
`,
  );
});

test("long help is wrapped", () => {
  const help = helpText("u", "a", { name: served(text, "word ".repeat(40).trim()) });
  assert.ok(help.split("\n").every((line) => line.length <= 100));
});
