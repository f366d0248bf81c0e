import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { shellPlugins } from "./exec/shell-plugins.fixture.ts";

const PACKAGE = join(import.meta.dirname, "..");
const README = await readFile(join(PACKAGE, "README.md"), "utf8");

/** Runs code as a user of the package would: it is imported by its name. */
function run(code: string): string {
  const flags = ["--conditions=@fairlead/source", "--input-type=module-typescript", "--eval", code];
  return execFileSync(process.execPath, flags, { cwd: PACKAGE, encoding: "utf8" });
}

async function networksDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "cni-readme-"));
  t.after(() => rm(directory, { recursive: true }));
  const plugins = [{ type: "lan" }, { type: "map", capabilities: { portMappings: true } }];
  await writeFile(join(directory, "10-blue.conflist"), JSON.stringify({ name: "blue", cniVersion: "1.0.0", plugins }));
  return directory;
}

test("the example runs", async (t) => {
  const [, example = ""] = /```ts\n(.*?)```/s.exec(README) ?? [];
  const plugins = await shellPlugins(t, {
    lan: `cat >/dev/null; echo "lan $CNI_COMMAND $CNI_NETNS" >>$(dirname $0)/log; echo '{"ips":[{"address":"10.0.0.2/24"}]}'`,
    map: `grep -q '"portMappings":.*"hostPort":8080' || exit 1
          echo "map $CNI_COMMAND" >>$(dirname $0)/log; echo '{"ips":[{"address":"10.0.0.2/24"}]}'`,
  });
  const code = example.replace("/etc/cni/net.d", await networksDirectory(t)).replace("/opt/cni/bin", plugins);
  assert.equal(run(code), "blue [ '10.0.0.2/24' ]\n");
  assert.equal(
    await readFile(join(plugins, "log"), "utf8"),
    "lan ADD /run/netns/web-1\nmap ADD\nmap DEL\nlan DEL /run/netns/web-1\n",
  );
});

test("the table of errors has every code, and no other", async () => {
  const source = await readFile(join(import.meta.dirname, "errors.ts"), "utf8");
  const codes = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, code]) => code);
  assert.equal(codes(README, /^\| `(CNI_\w+)`/gm).length, 12);
  assert.deepEqual(codes(README, /^\| `(CNI_\w+)`/gm), codes(source, /^ {2}\| "(CNI_\w+)"/gm));
});
