import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLogger } from "../../base/log.ts";
import { advertisedIp, listenIp, reportedIp6 } from "./listen-ip.ts";

const nobody = () => assert.fail("nothing is run");

test("the address is what is given, what a program prints, or loopback", async () => {
  assert.equal(await listenIp({ ip: "10.0.0.1" }, nobody, silentLogger), "10.0.0.1");
  const asked: string[] = [];
  const discover = async (program: string) => {
    asked.push(program);
    return "10.0.0.2\n";
  };
  assert.equal(await listenIp({ ip_discovery_command: "/bin/ip" }, discover, silentLogger), "10.0.0.2");
  assert.deepEqual(asked, ["/bin/ip"]);
  const told: string[] = [];
  const log = { ...silentLogger, info: (_: object, sentence: string) => void told.push(sentence) };
  assert.equal(await listenIp({}, nobody, log), "127.0.0.1");
  assert.match(told[0] ?? "", /give --ip=ADDRESS/);
});

test("two ways at once, and a program that prints no address, are refused by name", async () => {
  await assert.rejects(listenIp({ ip: "10.0.0.1", ip_discovery_command: "/x" }, nobody, silentLogger), {
    code: "FLAG_INVALID",
    message: /^--ip and --ip_discovery_command exclude each other/,
  });
  await assert.rejects(
    listenIp({ ip_discovery_command: "/x" }, async () => "eth0", silentLogger),
    {
      code: "FLAG_INVALID",
      message: /^--ip_discovery_command: 'eth0' is not an IPv4 address/,
    },
  );
  const failing = async () => Promise.reject(new Error("ended with status 3"));
  await assert.rejects(reportedIp6({ ip6_discovery_command: "/x" }, failing), {
    code: "FLAG_INVALID",
    message: "--ip6_discovery_command: ended with status 3",
  });
  assert.equal(await reportedIp6({}, nobody), undefined);
});

test("who listens on all addresses tells the first that others can reach", () => {
  const address = (ip: string, internal: boolean, family: "IPv4" | "IPv6" = "IPv4") => ({
    address: ip,
    family,
    internal,
    netmask: "",
    mac: "",
    cidr: null,
    scopeid: 0,
  });
  const interfaces = () =>
    ({
      lo: [address("127.0.0.1", true)],
      eth0: [address("fe80::1", false, "IPv6"), address("192.0.2.7", false)],
    }) as ReturnType<Parameters<typeof advertisedIp>[2] & object>;
  assert.equal(advertisedIp(undefined, "0.0.0.0", interfaces), "192.0.2.7");
  assert.equal(advertisedIp("10.9.9.9", "0.0.0.0", interfaces), "10.9.9.9");
  assert.equal(advertisedIp(undefined, "192.0.2.7", interfaces), undefined);
  assert.equal(
    advertisedIp(undefined, "0.0.0.0", () => ({})),
    "127.0.0.1",
  );
});
