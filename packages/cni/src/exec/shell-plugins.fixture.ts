import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

/** Writes plugins that are shell scripts into a directory of their own, removed with the test. */
export async function shellPlugins(t: TestContext, scripts: Readonly<Record<string, string>>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "cni-plugins-"));
  t.after(() => rm(directory, { recursive: true, force: true }));
  for (const [type, script] of Object.entries(scripts)) {
    await writeFile(join(directory, type), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  return directory;
}
