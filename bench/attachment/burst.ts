import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { ms, type Report } from "./report.ts";
import { Samples } from "./samples.ts";
import { type Container, Side } from "./side.ts";

const AT_ONCE = 32;
const ROUNDS = 8;
const IDLE_MS = 2000;
/** What separates one round's clean-up from the next. */
const BETWEEN_MS = 500;
const NANOSECONDS_PER_MS = 1e6;

/** Full chains of 32 containers at once, and what the event loop of the main thread feels of it. */
export async function burst(report: Report): Promise<void> {
  const side = Side.builtIn();
  const list = side.full();
  const latencies = new Samples();
  const idle = await loopDelayP99(() => delay(IDLE_MS));
  let busyMs = 0;
  const loaded = await loopDelayP99(async () => {
    for (let round = 0; round <= ROUNDS; round++) {
      const containers: Container[] = [];
      for (let i = 0; i < AT_ONCE; i++) containers.push(await side.container());
      const samples = round === 0 ? new Samples() : latencies;
      const start = performance.now();
      const results = await Promise.all(containers.map((container) => samples.time(() => container.add(list))));
      if (round > 0) busyMs += performance.now() - start;
      await Promise.all(containers.map((container, i) => container.del(list, results[i] ?? {})));
      for (const container of containers) await container.remove();
      await delay(BETWEEN_MS);
    }
  });
  await side.close();
  const rate = (AT_ONCE * ROUNDS * 1000) / busyMs;
  console.log(`${AT_ONCE} at once, full chain`);
  report.samples("built-in ADD", latencies);
  report.row("32 at once, full chain: rate", `${rate.toFixed(0)} a second`, "at least 100 a second", rate >= 100);
  const spread = latencies.p99 / latencies.p50;
  report.row("32 at once, full chain: p99 against p50", `${spread.toFixed(1)} times`, "at most 4 times", spread <= 4);
  const more = loaded - idle;
  report.row(
    "delay of the event loop, p99, above idle",
    `${ms(more)} (${ms(loaded)}, ${ms(idle)})`,
    "at most 5 ms",
    more <= 5,
  );
}

async function loopDelayP99(call: () => Promise<unknown>): Promise<number> {
  const monitor = monitorEventLoopDelay({ resolution: 1 });
  monitor.enable();
  await call();
  monitor.disable();
  return monitor.percentile(99) / NANOSECONDS_PER_MS;
}
