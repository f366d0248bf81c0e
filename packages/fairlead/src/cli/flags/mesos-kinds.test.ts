import assert from "node:assert/strict";
import { test } from "node:test";
import { attributes, domain, masterAddress, quantities, roles, weights } from "./mesos-kinds.ts";

test("a fault domain is JSON of a DomainInfo", () => {
  const parsed = domain.parse('{"fault_domain":{"region":{"name":"r"},"zone":{"name":"z"}}}');
  assert.deepEqual([parsed.faultDomain?.region?.name, parsed.faultDomain?.zone?.name], ["r", "z"]);
  for (const text of ["{}", "r/z", '{"fault_domain":{"region":{"name":"r"}}}', '{"fault_domain":7}']) {
    assert.throws(() => domain.parse(text), /; give JSON such as/, text);
  }
});

test("attributes have Mesos's form", () => {
  assert.deepEqual(
    attributes.parse("rack:a;zone:2").map(({ name }) => name),
    ["rack", "zone"],
  );
  assert.throws(() => attributes.parse("rack"), /; give attributes such as rack:a/);
});

test("roles follow Mesos's rules", () => {
  assert.deepEqual(roles.parse("web, eng/web,*"), ["web", "eng/web", "*"]);
  for (const text of ["/web", "a,b//c", ".."]) {
    assert.throws(() => roles.parse(text), /; give a role such as/, text);
  }
});

test("weights are positive, each role once", () => {
  assert.deepEqual(
    [...weights.parse("web=2, batch=0.5")],
    [
      ["web", 2],
      ["batch", 0.5],
    ],
  );
  for (const text of [
    "web",
    "web=",
    "web=0",
    "web=-1",
    "web=x",
    "web=1=2",
    "=1",
    "web=1,web=2",
    "web=Infinity",
    "/web=1",
  ]) {
    assert.throws(() => weights.parse(text), /; give /, text);
  }
});

test("least amounts are alternatives of conjunctions", () => {
  assert.deepEqual(
    quantities.parse("disk:1|cpus:1;mem:32").map((alternative) => [...alternative]),
    [
      [["disk", 1]],
      [
        ["cpus", 1],
        ["mem", 32],
      ],
    ],
  );
  assert.deepEqual(quantities.parse(""), []);
  for (const text of ["cpus", "cpus:", "cpus:-1", "cpus:x", ":1", "cpus:1;", "cpus:1:2"]) {
    assert.throws(() => quantities.parse(text), /; give amounts such as/, text);
  }
});

test("a master is found at host:port", () => {
  for (const text of ["10.0.0.1:5050", "master.lab:5050", "[fd00::1]:5050"]) {
    assert.equal(masterAddress.parse(text), text);
  }
  assert.equal(masterAddress.parse("http://m:5050/"), "m:5050");
  assert.throws(() => masterAddress.parse("zk://a:2181/mesos"), /not found by ZooKeeper yet; give host:port/);
  for (const text of ["", "m", "m:", "m:0", "m:65536", "a b:1", "m:5050/path", "user@m:5050"]) {
    assert.throws(() => masterAddress.parse(text), /is no address of a master; give host:port/, text);
  }
});
