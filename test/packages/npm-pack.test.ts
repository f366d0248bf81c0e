import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type TestContext, test } from "node:test";
import { promisify } from "node:util";

const CHECKOUT = join(import.meta.dirname, "../..");
const PACKAGES = ["cni", "mesos-api", "netlink"];
/** What a project needs beside our packages: their dependencies, and the types that everybody has who writes for Node. */
const OTHERS = [
  "@bufbuild/protobuf",
  "undici",
  "koffi",
  `@koromix/koffi-linux-${process.arch}`,
  "@types/node",
  "undici-types",
];

const run = promisify(execFile);

test("packages install and import in an empty project", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "fairlead-pack-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const env = { ...process.env, npm_config_cache: join(directory, "cache"), npm_config_update_notifier: "false" };
  const project = join(directory, "project");
  mkdirSync(project);

  const copy = copyOfCheckout(directory);
  const own: string[] = [];
  for (const name of PACKAGES) {
    await t.test(`npm pack of ${name}: built JavaScript, declarations, README and licence, no tests`, async () => {
      const { file, names } = await pack(join(copy, "packages", name), directory, env);
      own.push(file);
      for (const expected of ["package.json", "README.md", "LICENSE", "dist/index.js", "dist/index.d.ts"]) {
        assert.ok(names.includes(expected), expected);
      }
      const strange = names.filter((path) => /\.(test|fixture)\.|^src\/|\.map$|(^|\/)\./.test(path));
      assert.deepEqual(strange, []);
    });
  }

  await t.test("npm install, without a registry", async () => {
    const others = [];
    // as they were installed here: what they do on installing was done then
    for (const name of OTHERS) {
      others.push((await pack(join(CHECKOUT, "node_modules", name), directory, env, "--ignore-scripts")).file);
    }
    writeFileSync(join(project, "package.json"), JSON.stringify({ name: "empty", private: true, type: "module" }));
    const options = ["--offline", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"];
    await run("npm", ["install", ...options, ...own, ...others], { cwd: project, env });
    const installed = (name: string) =>
      JSON.parse(readFileSync(join(project, "node_modules", name, "package.json"), "utf8")) as {
        dependencies?: object;
      };
    assert.deepEqual(installed("@fairlead/cni").dependencies ?? {}, {});
    assert.deepEqual(Object.keys(installed("@fairlead/mesos-api").dependencies ?? {}), [
      "@bufbuild/protobuf",
      "undici",
    ]);
    assert.deepEqual(Object.keys(installed("@fairlead/netlink").dependencies ?? {}), ["koffi"]);
  });

  await t.test("tsc finds the types of all that is exported", async () => {
    cpSync(join(import.meta.dirname, "consumer"), project, { recursive: true });
    await run(process.execPath, [join(CHECKOUT, "node_modules/typescript/bin/tsc"), "-p", project], { cwd: project });
  });

  await t.test("what tsc made of it runs", async (t: TestContext) => {
    // no condition of ours: the built JavaScript is what is found
    const { stdout } = await run(process.execPath, [join(project, "out/use-packages.js")], {
      cwd: project,
      env: withoutTestRunner(),
    });
    t.diagnostic(`under Node.js ${process.version}`);
    assert.equal(stdout, "ok\n");
  });
});

/** A copy of what is under version control of the packages: packing builds them anew, and others are using the build of the checkout. */
function copyOfCheckout(directory: string): string {
  const copy = join(directory, "checkout");
  mkdirSync(copy);
  symlinkSync(join(CHECKOUT, "node_modules"), join(copy, "node_modules"));
  cpSync(join(CHECKOUT, "tsconfig.base.json"), join(copy, "tsconfig.base.json"));
  for (const name of PACKAGES) {
    cpSync(join(CHECKOUT, "packages", name), join(copy, "packages", name), {
      recursive: true,
      filter: (path) => !["dist", "gen", "node_modules"].includes(basename(path)),
    });
  }
  return copy;
}

async function pack(
  packageDirectory: string,
  destination: string,
  env: NodeJS.ProcessEnv,
  ...options: readonly string[]
): Promise<{ readonly file: string; readonly names: readonly string[] }> {
  const argv = ["pack", "--json", "--pack-destination", destination, ...options];
  const { stdout } = await run("npm", argv, { cwd: packageDirectory, env });
  const [packed] = JSON.parse(stdout) as { readonly filename: string; readonly files: readonly { path: string }[] }[];
  assert.ok(packed !== undefined);
  return { file: join(destination, packed.filename), names: packed.files.map(({ path }) => path) };
}

function withoutTestRunner(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...env } = process.env;
  return env;
}
