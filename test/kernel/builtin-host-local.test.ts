import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { JsonObject, PluginCall } from "@fairlead/cni";
import fc from "fast-check";
import { ipamArms, makeDirectory, NETWORK, outcomeOf, simpleCall, storeFiles } from "./ipam-arms.ts";

interface Attachment {
  readonly id: string;
  readonly ifName: string;
}

type Step = Attachment &
  (
    | { readonly verb: "ADD"; readonly requests: readonly string[]; readonly by: "args" | "config" | "runtime" }
    | { readonly verb: "DEL" | "CHECK" }
    /** A lease as old versions of the plugin wrote it. */
    | { readonly verb: "old lease"; readonly address: string }
  );

interface History {
  readonly config: {
    readonly cniVersion: string;
    readonly ipam: { readonly ranges: JsonObject[][]; readonly subnet?: string };
    readonly ipRanges?: JsonObject[][];
  };
  readonly steps: readonly (Step & { readonly crosswise: boolean })[];
}

/** A small range: a few containers exhaust it. Now and then it is none. */
function range(subnet: string, prefix: string): fc.Arbitrary<JsonObject> {
  const hosts = (min: number, max: number) => fc.integer({ min, max }).map((host) => `${prefix}${host}`);
  const field = { subnet: fc.constant(subnet), gateway: hosts(0, 8) };
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant({ subnet }) },
    {
      weight: 6,
      arbitrary: fc.record({ ...field, rangeStart: hosts(0, 4), rangeEnd: hosts(3, 7) }, { requiredKeys: ["subnet"] }),
    },
    // one that begins behind its end is not noticed by the reference plugin where the end is not given: it leaves the subnet then
    { weight: 1, arbitrary: fc.record({ ...field, rangeStart: hosts(0, 8), rangeEnd: hosts(0, 8) }) },
  );
}

const v4 = [range("10.1.0.0/29", "10.1.0."), range("10.2.0.0/29", "10.2.0."), range("10.3.0.0/29", "10.3.0.")] as const;
const v6 = range("fd00::/125", "fd00::");
const sets = fc.oneof(
  fc.tuple(v4[0]).map((ranges) => [ranges]),
  fc.tuple(v4[0], v4[1]).map((ranges) => [ranges]),
  fc.tuple(v4[0], v4[1], v6).map(([a, b, c]) => [[a, b], [c]]),
  fc.tuple(v4[0], v4[1], v4[2]).map(([a, b, c]) => [[b], [c, a]]),
);
const ipam = fc.record(
  {
    ranges: sets,
    subnet: fc.constant("10.4.0.0/29"),
    routes: fc.constant([{ dst: "0.0.0.0/0" }, { dst: "fd00:1::/32", gw: "fd00::1" }]),
  },
  { requiredKeys: ["ranges"] },
);

const anyAddress = fc.oneof(
  fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 8 })).map(([net, host]) => `10.${net}.0.${host}`),
  fc.integer({ min: 0, max: 8 }).map((host) => `fd00::${host}`),
);
const attachment = {
  id: fc.constantFrom("c0", "c1", "c2", "c3", "c4", "c5", "c6"),
  ifName: fc.constantFrom("eth0", "eth0", "eth1"),
};
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      ...attachment,
      verb: fc.constant("ADD" as const),
      requests: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(anyAddress, { maxLength: 2 })),
      by: fc.constantFrom("args" as const, "config" as const, "runtime" as const),
    }),
  },
  { weight: 4, arbitrary: fc.record({ ...attachment, verb: fc.constant("DEL" as const) }) },
  { weight: 3, arbitrary: fc.record({ ...attachment, verb: fc.constant("CHECK" as const) }) },
  { weight: 1, arbitrary: fc.record({ ...attachment, verb: fc.constant("old lease" as const), address: anyAddress }) },
);
const history: fc.Arbitrary<History> = fc.record({
  config: fc.record(
    {
      cniVersion: fc.constantFrom("0.2.0", "0.3.1", "1.0.0", "1.0.0"),
      ipam,
      ipRanges: fc.constant([[{ subnet: "10.5.0.0/29" }]]),
    },
    { requiredKeys: ["cniVersion", "ipam"] },
  ),
  steps: fc.array(
    fc.tuple(step, fc.boolean()).map(([made, crosswise]) => ({ ...made, crosswise })),
    { minLength: 15, maxLength: 40 },
  ),
});

function toCall(
  { cniVersion, ipam, ipRanges }: History["config"],
  dataDir: string,
  made: Exclude<Step, { verb: "old lease" }>,
): PluginCall {
  const requests = made.verb === "ADD" ? [...made.requests] : [];
  const by = made.verb === "ADD" && requests.length > 0 ? made.by : undefined;
  return {
    command: made.verb,
    type: "host-local",
    config: {
      cniVersion,
      name: NETWORK,
      ipam: { ...ipam, type: "host-local", dataDir },
      ...(by === "config" ? { args: { cni: { ips: requests } } } : {}),
      runtimeConfig: { ...(ipRanges && { ipRanges }), ...(by === "runtime" ? { ips: requests } : {}) },
    },
    containerId: made.id,
    ifName: made.ifName,
    args: by === "args" ? `IgnoreUnknown=1;IP=${requests[0]}` : undefined,
  };
}

/** The step without what the reference plugin leaves to chance, and what it takes away that is of others; undefined where nothing is left. */
function asComparable(
  { ipam, ipRanges = [] }: History["config"],
  made: Step,
  files: Record<string, string>,
): Step | undefined {
  const texts = Object.values(files);
  const hasLease = texts.includes(`${made.id}\r\n${made.ifName}`);
  const hasOldLease = texts.includes(made.id);
  if (made.verb === "DEL" && hasLease && hasOldLease) return undefined;
  if (made.verb !== "ADD") return made;
  // an ADD that fails in its second set takes away what the attachment had before, too
  if (hasOldLease && ipRanges.length + ipam.ranges.length + (ipam.subnet === undefined ? 0 : 1) > 1) return undefined;
  if (hasLease || hasOldLease) return { ...made, requests: [] };
  // of two for one set it takes any
  return {
    ...made,
    requests: made.requests.filter(
      (address, i) => i === 0 || address.includes(":") !== made.requests[0]?.includes(":"),
    ),
  };
}

test("the same history of calls leads to the same results and the same files, step by step, and crosswise", async (t) => {
  const arms = ipamArms(t);
  const seed = Date.now() & 0x7fffffff;
  t.diagnostic(`seed ${seed}`);
  const directory = makeDirectory(t);
  const seen = new Map<string, number>();
  let run = 0;
  await fc.assert(
    fc.asyncProperty(history, async ({ config, steps }) => {
      run++;
      const dirs = {
        reference: join(directory, `${run}r`),
        builtIn: join(directory, `${run}b`),
        both: join(directory, `${run}x`),
      };
      for (const generated of steps) {
        const made = asComparable(config, generated, storeFiles(dirs.reference, NETWORK));
        if (made === undefined) continue;
        if (made.verb === "old lease") {
          for (const dir of Object.values(dirs)) writeOldLease(dir, made.address, made.id);
        } else {
          const crossed = generated.crosswise ? arms.reference : arms.builtIn;
          const expected = await outcomeOf(arms.reference, toCall(config, dirs.reference, made));
          // here, DEL needs no valid ranges
          if (made.verb === "DEL" && "failedWith" in expected) continue;
          assert.deepEqual(await outcomeOf(arms.builtIn, toCall(config, dirs.builtIn, made)), expected);
          assert.deepEqual(await outcomeOf(crossed, toCall(config, dirs.both, made)), expected);
          const outcome = `${made.verb} ${"result" in expected ? "succeeds" : "fails"}`;
          seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
        }
        const files = storeFiles(dirs.reference, NETWORK);
        assert.deepEqual(storeFiles(dirs.builtIn, NETWORK), files);
        assert.deepEqual(storeFiles(dirs.both, NETWORK), files);
      }
    }),
    { seed, numRuns: 60, endOnFailure: true },
  );
  t.diagnostic([...seen].map(([outcome, count]) => `${outcome}: ${count}`).join(", "));
  for (const outcome of ["ADD succeeds", "ADD fails", "DEL succeeds", "CHECK succeeds", "CHECK fails"]) {
    assert.ok((seen.get(outcome) ?? 0) > 3, `hardly ever: ${outcome}`);
  }
});

function writeOldLease(dataDir: string, address: string, id: string): void {
  const path = join(dataDir, NETWORK, address);
  mkdirSync(join(dataDir, NETWORK), { recursive: true });
  if (!existsSync(path)) writeFileSync(path, id);
}

test("DNS settings from a file, and routes, are those of the reference plugin", async (t) => {
  const { reference, builtIn } = ipamArms(t);
  const dataDir = makeDirectory(t);
  const resolvConf = join(dataDir, "resolv.conf");
  const routes = [{ dst: "0.0.0.0/0" }, { dst: "10.9.1.2/16", gw: "10.1.0.3" }];
  const texts = [
    "",
    "nameserver 10.0.0.1\nnameserver fd00::1 more\n\tsearch a  b\nsearch c\noptions ndots:2\ndomain d\ndomain e",
    "#nameserver 10.0.0.1\n; search x\nnameserver\n  nameserver 10.0.0.2\r\nsortlist 10.0.0.0\nnonsense\n",
  ];
  for (const text of texts) {
    writeFileSync(resolvConf, text);
    const call = (name: string) =>
      simpleCall("ADD", join(dataDir, name), "c", { subnet: "10.1.0.0/29", resolvConf, routes });
    const expected = await outcomeOf(reference, call("r"));
    assert.ok("result" in expected);
    assert.deepEqual(await outcomeOf(builtIn, call("b")), expected, text);
    for (const name of ["r", "b"]) await outcomeOf(builtIn, { ...call(name), command: "DEL" });
  }
});

test("what cannot work is refused with the reference plugin's code, and changes nothing", async (t) => {
  const { reference, builtIn } = ipamArms(t);
  const good = [{ subnet: "10.1.0.0/29" }];
  const bad: [config: JsonObject, args?: string][] = [
    [{ name: "" }],
    [{ name: "../blue" }],
    [{ ipam: null }],
    [{ ipam: {} }],
    [{ ipam: { ranges: [] } }],
    [{ ipam: { ranges: [[]] } }],
    [{ ipam: { ranges: good } }],
    [{ ipam: { ranges: [[{}]] } }],
    [{ ipam: { ranges: [good, good] } }],
    [{ ipam: { ranges: [[...good, { subnet: "10.1.0.0/24" }]] } }],
    [{ ipam: { ranges: [[...good, { subnet: "fd00::/64" }]] } }],
    [{ ipam: { ranges: [good, [{ subnet: "10.2.0.0/29" }]] }, cniVersion: "0.2.0" }],
    [{ ipam: { ranges: [good] }, cniVersion: "9.9.9" }],
    [{ ipam: { ranges: [good], routes: [{ dst: "x" }] } }],
    [{ ipam: { ranges: [good], routes: [{ dst: "10.0.0.0/8", gw: "x" }] } }],
    [{ ipam: { ranges: [good], resolvConf: "/nowhere" } }],
    [{ ipam: { ranges: [good], dataDir: 7 } }],
    [{ ipam: { ranges: [good] }, args: { cni: { ips: ["x"] } } }],
    [{ ipam: { ranges: [good] }, args: { cni: [] } }],
    [{ ipam: { ranges: [good] }, runtimeConfig: { ips: "x" } }],
    [{ ipam: { ranges: [good] }, runtimeConfig: { ipRanges: [good] } }],
    [{ ipam: { ranges: [good] } }, "IP"],
    [{ ipam: { ranges: [good] } }, "IP=x"],
    [{ ipam: { ranges: [good] } }, "OTHER=1"],
    [{ ipam: { ranges: [good] } }, "IgnoreUnknown=maybe"],
    ...["", "10.1.0.0/31", "fd00::/127", "10.1.0.1/24", "10.1.0.0", "10.1.0.0/33", "x"].map((subnet): [JsonObject] => [
      { ipam: { subnet } },
    ]),
    ...[{ rangeStart: "10.2.0.1" }, { rangeEnd: "fd00::1" }, { rangeStart: "x" }, { gateway: "x" }].map(
      (more): [JsonObject] => [{ ipam: { subnet: "10.1.0.0/29", ...more } }],
    ),
    [{ ipam: { subnet: "10.1.0.0/29", rangeStart: "10.1.0.5", rangeEnd: "10.1.0.4" } }],
  ];
  for (const [more, args] of bad) {
    const dataDir = makeDirectory(t);
    const ipam = more.ipam === null ? undefined : { dataDir, type: "host-local", ...Object(more.ipam) };
    const config = { cniVersion: "1.0.0", name: NETWORK, ...more, ipam };
    const call: PluginCall = { command: "ADD", type: "host-local", config, containerId: "c", ifName: "eth0", args };
    const expected = await outcomeOf(reference, call);
    assert.ok("failedWith" in expected, JSON.stringify(more));
    assert.deepEqual(await outcomeOf(builtIn, call), expected, JSON.stringify(more));
    assert.deepEqual(storeFiles(dataDir, NETWORK), {});
  }
});
