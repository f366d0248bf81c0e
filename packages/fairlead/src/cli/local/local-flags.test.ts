import assert from "node:assert/strict";
import { test } from "node:test";
import { LOCAL_FLAGS } from "../flags/local-flags.ts";
import { parseFlags } from "../flags/parse-flags.ts";
import { agentFlags, masterFlags } from "./local-flags.ts";

const parse = (...argv: string[]) =>
  parseFlags(LOCAL_FLAGS, { argv, env: {}, readFile: () => assert.fail("no file is named") });

const OWN = {
  ip: "10.0.0.1",
  master: "127.0.0.1:5050",
  work_dir: "/w",
  runtime_dir: "/r",
  network_cni_config_dir: "/w/cni/net.d",
  network_cni_plugins_dir: "/usr/lib/cni",
};

test("a flag that both have goes to both, the others to their own", () => {
  const flags = parse("--ip=10.0.0.1", "--cluster=c", "--attributes=rack:a", "--port=1", "--agent_port=2");
  const master = masterFlags(flags, "/w/master");
  const agent = agentFlags(flags, { ...OWN, index: 0 });
  assert.deepEqual([master.values.ip, master.values.port, master.values.work_dir], ["10.0.0.1", 1, "/w/master"]);
  assert.deepEqual([agent.values.ip, agent.values.port, agent.values.work_dir], ["10.0.0.1", 2, "/w"]);
  assert.deepEqual(
    [master.texts.get("cluster"), master.texts.get("attributes"), master.texts.get("port"), master.texts.get("agents")],
    ["c", undefined, "1", undefined],
  );
  assert.deepEqual(
    ["cluster", "attributes", "port", "master", "runtime_dir", "network_cni_config_dir"].map((name) =>
      agent.texts.get(name),
    ),
    [undefined, "rack:a", "2", "127.0.0.1:5050", "/r", "/w/cni/net.d"],
  );
});

test("several agents have ports of their own, to listen on and to offer", () => {
  const flags = parse("--agents=3");
  const second = agentFlags(flags, { ...OWN, index: 1 });
  assert.deepEqual([second.values.port, second.values.resources], [5052, "ports:[32001-33001]"]);
  assert.equal(
    agentFlags(parse("--agents=2", "--resources=cpus:1"), { ...OWN, index: 0 }).values.resources,
    "cpus:1;ports:[31000-32000]",
  );
  for (const resources of ["cpus:1;ports:[1-2]", '[{"name":"cpus"}]']) {
    const flags = parse("--agents=2", `--resources=${resources}`);
    assert.equal(agentFlags(flags, { ...OWN, index: 1 }).values.resources, resources);
  }
});

test("one agent offers what an agent offers, and port 0 stays free to choose", () => {
  assert.equal(agentFlags(parse(), { ...OWN, index: 0 }).values.resources, undefined);
  assert.equal(agentFlags(parse("--agents=2", "--agent_port=0"), { ...OWN, index: 1 }).values.port, 0);
});
