import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import {
  CommandInfoSchema,
  ContainerInfo_Type,
  ContainerInfoSchema,
  create,
  type MessageInitShape,
  parseContainerId,
  type RLimitInfo_RLimitSchema,
  RLimitInfo_RLimit_Type as Type,
} from "@fairlead/mesos-api";
import { createRlimitsIsolator, parseHardLimits, UNLIMITED } from "./rlimits.ts";

const LIMITS = `Limit                     Soft Limit           Hard Limit           Units     
Max cpu time              unlimited            unlimited            seconds   
Max core file size        0                    unlimited            bytes     
Max open files            1024                 20000                files     
Max nice priority         0                    0                    
`;

const prepare = (...rlimits: Omit<MessageInitShape<typeof RLimitInfo_RLimitSchema>, "$typeName">[]) =>
  createRlimitsIsolator({ readLimits: async () => LIMITS }).prepare({
    containerId: parseContainerId("c"),
    command: create(CommandInfoSchema, {}),
    containerInfo: create(ContainerInfoSchema, { type: ContainerInfo_Type.MESOS, rlimitInfo: { rlimits } }),
    resources: [],
    limits: {},
    directory: "/",
    environment: {},
  });

test("limits are given in OCI's names; both unset is unlimited", async () => {
  assert.equal(await prepare(), undefined);
  assert.deepEqual(await prepare({ type: Type.RLMT_NOFILE, soft: 10n, hard: 20n }, { type: Type.RLMT_CORE }), {
    rlimits: [
      { type: "RLIMIT_NOFILE", soft: 10n, hard: 20n },
      { type: "RLIMIT_CORE", soft: UNLIMITED, hard: UNLIMITED },
    ],
  });
});

test("half a limit, a soft one above the hard one, and more than the agent has is refused", async () => {
  for (const [limit, message] of [
    [{}, "Unknown rlimit type"],
    [{ type: Type.RLMT_NOFILE, soft: 1n }, "Invalid rlimit values of RLIMIT_NOFILE"],
    [{ type: Type.RLMT_NOFILE, soft: 2n, hard: 1n }, "Invalid rlimit values of RLIMIT_NOFILE"],
    [
      { type: Type.RLMT_NOFILE, soft: 1n, hard: 20_001n },
      "RLIMIT_NOFILE may be 20000 at most, which is the agent's own limit",
    ],
    [{ type: Type.RLMT_NICE }, "RLIMIT_NICE may be 0 at most, which is the agent's own limit"],
  ] as const) {
    await assert.rejects(prepare(limit), { code: "CONTAINER_INVALID", message });
  }
});

test("every limit of this kernel is understood", async () => {
  const lines = (await readFile("/proc/self/limits", "utf8")).trim().split("\n").length - 1;
  assert.equal(parseHardLimits(await readFile("/proc/self/limits", "utf8")).size, lines);
});
