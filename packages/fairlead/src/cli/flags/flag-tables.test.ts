import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { AGENT_FLAGS } from "./agent-flags.ts";
import { EXECUTE_FLAGS, LIST_FLAGS } from "./execute-flags.ts";
import type { FlagSpec, FlagTable } from "./flag.ts";
import { flagNames } from "./flag-names.ts";
import { LOCAL_FLAGS } from "./local-flags.ts";
import { MASTER_FLAGS } from "./master-flags.ts";
import { MESOS_AGENT_FLAGS, MESOS_EXECUTE_FLAGS, MESOS_MASTER_FLAGS } from "./mesos-flag-names.fixture.ts";
import { parseFlags } from "./parse-flags.ts";

/** A text that the parser of a kind takes, and that is nobody's default. */
const SAMPLES: Readonly<Record<string, readonly string[]>> = {
  boolean: ["true", "false"],
  integer: ["17"],
  number: ["0.5"],
  port: ["4711"],
  text: ["something"],
  list: ["something,else"],
  path: ["/some/where"],
  paths: ["/some/where:/else/where"],
  duration: ["7secs"],
  bytes: ["1MB"],
  JSON: ["{}", '{"fault_domain":{"region":{"name":"r"},"zone":{"name":"z"}}}', '{"name":"n","task_id":{"value":"t"}}'],
  "IP address": ["192.0.2.7"],
  "IPv4 address": ["192.0.2.7"],
  "IPv6 address": ["2001:db8::7"],
  "host:port": ["192.0.2.7:5050"],
  "plugin types": ["bridge,host-local"],
  attributes: ["rack:a"],
  role: ["web"],
  roles: ["web,eng/web"],
  weights: ["web=2"],
  quantities: ["cpus:1;mem:32|disk:1"],
};

function sampleOf(spec: FlagSpec): string {
  const harmless = spec.standing.is === "refused" ? spec.standing.unless : [];
  const candidates = SAMPLES[spec.kind.word] ?? spec.kind.word.split(" or ");
  const sample = candidates.find((text) => {
    if (harmless.includes(text)) return false;
    try {
      spec.kind.parse(text);
      return true;
    } catch {
      return false;
    }
  });
  assert.ok(sample !== undefined, `no sample for ${spec.kind.word}`);
  return sample;
}

const parse = (table: FlagTable, argv: readonly string[]) =>
  parseFlags(table, { argv, env: {}, readFile: () => assert.fail("no file is named") });

for (const [command, table, mesos] of [
  ["master", MASTER_FLAGS, MESOS_MASTER_FLAGS],
  ["agent", AGENT_FLAGS, MESOS_AGENT_FLAGS],
  ["execute", EXECUTE_FLAGS, MESOS_EXECUTE_FLAGS],
  ["local", LOCAL_FLAGS, MESOS_AGENT_FLAGS.filter((name) => name !== "master")],
  ["list", LIST_FLAGS, []],
] as const satisfies readonly (readonly [string, FlagTable, readonly string[]])[]) {
  suite(`flags of ${command}`, () => {
    test("every flag of Mesos is known", () => {
      const known = flagNames(table);
      assert.deepEqual(
        mesos.filter((name) => !known.has(name)),
        [],
      );
    });

    test("every default is a value of its kind", () => {
      parse(table, []);
    });

    for (const [name, spec] of Object.entries<FlagSpec>(table)) {
      test(`--${name} is ${spec.standing.is}`, () => {
        assert.match(spec.help, /^[A-Z].*[.`]$/, "help is a sentence");
        const argument = `--${name}=${sampleOf(spec)}`;
        switch (spec.standing.is) {
          case "served":
            assert.deepEqual(parse(table, [argument]).ineffective, []);
            break;
          case "accepted":
            assert.deepEqual(parse(table, [argument]).ineffective, [{ flag: name, why: spec.standing.why }]);
            break;
          case "refused": {
            const { code, why, unless } = spec.standing;
            assert.throws(() => parse(table, [argument]), {
              code,
              message: `--${name} is refused: ${why}; remove the flag`,
            });
            for (const harmless of unless) parse(table, [`--${name}=${harmless}`]);
          }
        }
      });
    }
  });
}

test("no name means two flags", () => {
  for (const table of [MASTER_FLAGS, AGENT_FLAGS, LOCAL_FLAGS]) {
    const names = Object.entries<FlagSpec>(table).flatMap(([name, spec]) => [name, ...(spec.aliases ?? [])]);
    assert.equal(new Set(names).size, names.length);
  }
});

test("flags that protect are refused, not ignored", () => {
  const refused = new Set(
    [MASTER_FLAGS, AGENT_FLAGS]
      .flatMap((table) => Object.entries<FlagSpec>(table))
      .filter(([, { standing }]) => standing.is === "refused" && standing.code === "FLAG_NOT_ENFORCED")
      .map(([name]) => name),
  );
  for (const name of [
    "acls",
    "authenticate_agents",
    "authenticate_frameworks",
    "authenticate_http_executors",
    "authenticate_http_frameworks",
    "authenticate_http_readonly",
    "authenticate_http_readwrite",
    "bounding_capabilities",
    "credential",
    "credentials",
    "effective_capabilities",
    "firewall_rules",
    "http_credentials",
    "jwt_secret_key",
    "rate_limits",
    "seccomp_profile_name",
  ]) {
    assert.ok(refused.has(name), name);
  }
});
