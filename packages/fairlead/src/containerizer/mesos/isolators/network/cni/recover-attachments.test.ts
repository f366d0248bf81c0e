import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { type TestContext, test } from "node:test";
import { parseNetworkConfig } from "@fairlead/cni";
import type { ContainerId } from "@fairlead/mesos-api";
import { AttachmentStore } from "./attachment-store.ts";
import { containerConfig } from "./container-config.fixture.ts";
import { recordingLogger } from "./log.fixture.ts";
import { networkInfoPath } from "./paths.ts";
import { recoverAttachments } from "./recover-attachments.ts";
import { temporaryDirectory } from "./temporary-directory.fixture.ts";

const ID = "c1" as ContainerId;
const REQUEST = [{ name: "z", groups: ["g"] }, {}, { name: "a" }];

async function attached(t: TestContext) {
  const rootDir = await temporaryDirectory(t);
  const store = new AttachmentStore(rootDir, ID);
  for (const [index, name] of ["z", "a"].entries()) {
    await store.storeConf(name, `eth${index}`, parseNetworkConfig({ name, type: "bridge", cniVersion: "0.4.0" }));
    await store.storeResult(name, `eth${index}`, { ips: [{ version: "4", address: `10.0.${index}.2/24` }] });
  }
  const log = recordingLogger();
  const recover = async (id = "c1") => {
    const config = containerConfig(id, REQUEST);
    const attachments = await recoverAttachments({ rootDir, log }, config);
    return attachments?.map(({ network, networkInfo, result }) => [
      network,
      networkInfo.groups.join(),
      result?.ips.map((ip) => ip.address).join(),
    ]);
  };
  return { rootDir, log, recover };
}

test("addresses come back from the disk, with the requests, in request order, and no plugin runs", async (t) => {
  const { recover, log } = await attached(t);
  assert.deepEqual(await recover(), [
    ["z", "g", "10.0.0.2/24"],
    ["a", "", "10.0.1.2/24"],
  ]);
  assert.deepEqual(log.lines, []);
});

test("a container without directory is on the host's network", async (t) => {
  const { recover } = await attached(t);
  assert.equal(await recover("c2"), undefined);
});

test("a missing or damaged result costs that network's report alone", async (t) => {
  const { rootDir, recover, log } = await attached(t);
  await rm(networkInfoPath(rootDir, ID, "z", "eth0"));
  assert.deepEqual(await recover(), [
    ["z", "g", undefined],
    ["a", "", "10.0.1.2/24"],
  ]);
  for (const damage of ["", "{", "[]", '{"ips":[{"address":"x"}]}', "\xff"]) {
    await writeFile(networkInfoPath(rootDir, ID, "z", "eth0"), damage, "latin1");
    assert.equal((await recover())?.[0]?.[2], undefined);
  }
  assert.ok(log.lines.every(({ level }) => level === "warn"));
  assert.equal(log.lines.length, 6);
});
