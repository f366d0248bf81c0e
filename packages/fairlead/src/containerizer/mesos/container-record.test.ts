import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CommandInfoSchema,
  ContainerInfo_Type,
  ContainerInfoSchema,
  create,
  parseContainerId,
  ResourceSchema,
  Value_Type,
} from "@fairlead/mesos-api";
import fc from "fast-check";
import type { ContainerConfig } from "../containerizer.ts";
import { parseRecord, writeRecord } from "./container-record.ts";

const config: ContainerConfig = {
  containerId: parseContainerId("parent.child"),
  parentId: parseContainerId("parent"),
  command: create(CommandInfoSchema, { value: "sleep 1", user: "nobody" }),
  containerInfo: create(ContainerInfoSchema, {
    type: ContainerInfo_Type.MESOS,
    networkInfos: [{ name: "blue", labels: { labels: [{ key: "k", value: "v" }] } }],
  }),
  resources: [
    create(ResourceSchema, { name: "cpus", type: Value_Type.SCALAR, scalar: { value: 0.5 } }),
    create(ResourceSchema, { name: "ports", type: Value_Type.RANGES, ranges: { range: [{ begin: 1n, end: 2n }] } }),
  ],
  limits: { cpus: 2, mem: Infinity },
  user: "nobody",
  directory: "/sandbox",
  environment: { A: "b" },
  annotations: { task: "x" },
};

test("a record holds all of the config", () => {
  assert.deepEqual(parseRecord(writeRecord(config)), config);
});

test("what is absent stays absent", () => {
  const { parentId: _p, containerInfo: _c, user: _u, annotations: _a, ...rest } = config;
  assert.deepEqual(parseRecord(writeRecord(rest)), rest);
});

test("a record that was cut anywhere is refused, never half read", () => {
  const text = writeRecord(config).trimEnd();
  fc.assert(
    fc.property(fc.integer({ min: 0, max: text.length - 1 }), (end) => {
      assert.throws(() => parseRecord(text.slice(0, end)));
    }),
  );
});

test("any environment survives", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.string({ unit: "grapheme" })), (environment) => {
      const read = parseRecord(writeRecord({ ...config, environment }));
      assert.deepEqual(Object.entries(read.environment), Object.entries(environment));
    }),
    { examples: [[JSON.parse('{"__proto__":"x","constructor":"y"}')]] },
  );
});
