import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, realpath, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { permitAll } from "../../../base/authorizer.ts";
import { serve } from "../../../base/http/serve.ts";
import { silentLogger } from "../../../base/log.ts";
import { VirtualClock } from "../../../base/virtual-clock.ts";
import { aFramework, anExecutor, FakeAgent } from "../testing.ts";
import { fileRoutes } from "./routes.ts";

async function start(t: TestContext) {
  const work = await realpath(await mkdtemp(join(tmpdir(), "fairlead-files-")));
  t.after(() => rm(work, { recursive: true }));
  const runs = join(work, "executors/t1/runs");
  const sandbox = join(runs, "c-t1");
  await mkdir(sandbox, { recursive: true });
  const agent = new FakeAgent();
  const framework = aFramework([anExecutor("t1", { directory: sandbox })]);
  agent.frameworks = new Map([[framework.id, framework]]);
  const server = await serve({
    ip: "127.0.0.1",
    port: 0,
    process: "slave(1)",
    routes: fileRoutes(agent, permitAll),
    maxBodyBytes: 1 << 20,
    maxUnreadBytes: 1 << 20,
    authorizer: permitAll,
    log: silentLogger,
    clock: new VirtualClock(),
  });
  t.after(() => server.close());
  const get = (endpoint: string, query: Record<string, string>) =>
    fetch(`http://127.0.0.1:${server.port}/files/${endpoint}?${new URLSearchParams(query)}`);
  const text = async (endpoint: string, query: Record<string, string>) => {
    const response = await get(endpoint, query);
    return [response.status, await response.text()];
  };
  return { work, runs, sandbox, get, text };
}

test("a sandbox is browsed under its three names, sorted, with types, sizes and owners", async (t) => {
  const { runs, sandbox, get } = await start(t);
  await writeFile(join(sandbox, "stdout"), "hello");
  await mkdir(join(sandbox, "logs"));
  await chmod(join(sandbox, "stdout"), 0o640);
  await utimes(join(sandbox, "stdout"), 1767322000.5, 1767322000.5);
  for (const path of [sandbox, `${sandbox}/`, `${runs}/latest`, "/frameworks/m1-0000/executors/t1/runs/latest"]) {
    const files = (await (await get("browse", { path })).json()) as { path: string; mode: string; nlink: number }[];
    const prefix = path.replace(/\/$/, "");
    assert.deepEqual(
      files.map((file) => file.path),
      [`${prefix}/logs`, `${prefix}/stdout`],
    );
    assert.match(files[0]?.mode ?? "", /^drwx/);
    assert.deepEqual(files[1], {
      path: `${prefix}/stdout`,
      nlink: 1,
      size: 5,
      mtime: 1767322000.5,
      mode: "-rw-r-----",
      uid: "root",
      gid: "root",
    });
  }
  assert.deepEqual(await (await get("browse.json", { path: `${sandbox}/stdout` })).json(), []);
});

test("a file is read from an offset on; without one its size is told", async (t) => {
  const { sandbox, get } = await start(t);
  const path = join(sandbox, "stdout");
  await writeFile(path, "hello world");
  const read = async (query: Record<string, string>) => (await get("read", { path, ...query })).json();
  assert.deepEqual(await read({ offset: "6" }), { offset: 6, data: "world" });
  assert.deepEqual(await read({ offset: "0", length: "5" }), { offset: 0, data: "hello" });
  assert.deepEqual(await read({ offset: "0", length: "-1" }), { offset: 0, data: "hello world" });
  assert.deepEqual(await read({ offset: "11" }), { offset: 11, data: "" });
  assert.deepEqual(await read({ offset: "99" }), { offset: 99, data: "" });
  assert.deepEqual(await read({}), { offset: 11, data: "" });
  assert.deepEqual(await read({ offset: "-1", length: "-1" }), { offset: 11, data: "" });
});

test("one read gives 64 KiB at most, and never a part of a character", async (t) => {
  const { sandbox, get } = await start(t);
  const path = join(sandbox, "stdout");
  const content = `${"x".repeat(65535)}äöü`;
  await writeFile(path, content);
  let seen = "";
  for (let reads = 0; reads < 3; reads++) {
    const response = await get("read", { path, offset: String(Buffer.byteLength(seen)) });
    seen += ((await response.json()) as { data: string }).data;
    assert.ok(content.startsWith(seen));
  }
  assert.equal(seen, content);
});

test("a download is the bytes of the file", async (t) => {
  const { sandbox, get } = await start(t);
  const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 256));
  await writeFile(join(sandbox, "core.bin"), bytes);
  await writeFile(join(sandbox, "empty.txt"), "");
  await writeFile(join(sandbox, 'x"\r\ny.json'), "{}");

  const response = await get("download", { path: join(sandbox, "core.bin") });
  assert.equal(response.headers.get("content-type"), "application/octet-stream");
  assert.equal(response.headers.get("content-disposition"), "attachment; filename=core.bin");
  assert.equal(response.headers.get("content-length"), "300000");
  assert.ok(bytes.equals(Buffer.from(await response.arrayBuffer())));

  const empty = await get("download", { path: join(sandbox, "empty.txt") });
  assert.deepEqual([empty.headers.get("content-type"), await empty.text()], ["text/plain", ""]);
  const odd = await get("download", { path: join(sandbox, 'x"\r\ny.json') });
  assert.equal(odd.headers.get("content-disposition"), "attachment; filename*=UTF-8''x%22%0D%0Ay.json");
  assert.equal(await odd.text(), "{}");
});

test("nothing outside a sandbox is served, whatever leads there", async (t) => {
  const { work, sandbox, get, text } = await start(t);
  await writeFile(join(work, "secret"), "secret");
  await mkdir(`${sandbox}-other`);
  await writeFile(`${sandbox}-other/secret`, "secret");
  await writeFile(join(sandbox, "inside"), "ok");
  await symlink(join(work, "secret"), join(sandbox, "link"));
  await symlink(work, join(sandbox, "dirlink"));
  await symlink("inside", join(sandbox, "good"));
  await symlink("/dev/null", join(sandbox, "device"));
  await symlink("loop", join(sandbox, "loop"));
  execFileSync("mkfifo", [join(sandbox, "fifo")]);

  for (const path of ["link", "dirlink/secret", "../../../../secret", "../c-t1-other/secret", "device"]) {
    for (const endpoint of ["read", "download"]) {
      const [status, body] = await text(endpoint, { path: `${sandbox}/${path}`, offset: "0" });
      assert.equal(status, 400, `${endpoint} ${path}`);
      assert.equal(body, `'${sandbox}/${path}' is inaccessible.\n`);
    }
  }
  assert.equal((await text("browse", { path: `${sandbox}/dirlink` }))[0], 400);
  assert.equal((await text("read", { path: `${sandbox}/loop`, offset: "0" }))[0], 400);
  assert.deepEqual(await text("read", { path: `${sandbox}/fifo`, offset: "0" }), [
    400,
    "Cannot read what is not a regular file.\n",
  ]);
  assert.deepEqual(await (await get("read", { path: `${sandbox}/good`, offset: "0" })).json(), {
    offset: 0,
    data: "ok",
  });

  const listed = (await (await get("browse", { path: sandbox })).json()) as { path: string; mode: string }[];
  const types = new Map(listed.map(({ path, mode }) => [path.slice(sandbox.length + 1), mode[0]]));
  // a link out shows as a link: not even the size behind it is told
  assert.deepEqual(
    ["link", "dirlink", "good", "device", "loop", "fifo"].map((name) => types.get(name)),
    ["l", "l", "-", "l", "l", "p"],
  );
});

test("what is not there, not attached, or badly asked for", async (t) => {
  const { work, sandbox, text } = await start(t);
  for (const endpoint of ["browse", "read", "download"]) {
    assert.deepEqual(await text(endpoint, {}), [400, "Expecting 'path=value' in query.\n"]);
    assert.deepEqual(await text(endpoint, { path: work }), [404, "404 Not Found."]);
    assert.deepEqual(await text(endpoint, { path: "/etc/passwd" }), [404, "404 Not Found."]);
    assert.equal((await text(endpoint, { path: `${sandbox}/none` }))[0], 404);
    assert.equal((await text(endpoint, { path: `${sandbox}/a\0b` }))[0], 404);
    assert.equal((await text(endpoint, { path: `${sandbox}/${"x".repeat(300)}` }))[0], 404);
    assert.equal((await text(endpoint, { path: sandbox + "/".repeat(4090) }))[0], 404);
  }
  assert.deepEqual(await text("read", { path: sandbox }), [400, "Cannot read a directory.\n"]);
  assert.deepEqual(await text("download", { path: sandbox }), [400, "Cannot download a directory.\n"]);
  assert.deepEqual(await text("read", { path: sandbox, offset: "x" }), [
    400,
    "Failed to parse offset: Failed to convert 'x' to number.\n",
  ]);
  assert.deepEqual(await text("read", { path: sandbox, offset: "0", length: "-2" }), [
    400,
    "Negative length provided: -2.\n",
  ]);
});
