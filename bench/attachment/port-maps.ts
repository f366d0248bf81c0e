import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import type { NetworkConfigList } from "@fairlead/cni";
import { ms, type Report } from "./report.ts";
import { Samples } from "./samples.ts";
import { type Container, Side } from "./side.ts";

const FEW = 10;
const MANY = 5000;
const CONNECTIONS = 1000;
/** How often the many are added. */
const ROUNDS = 5;
/** What a connection may cost more with many ports than with few: what two measurements of the same differ by here. */
const MOST_TIMES = 1.2;
const SERVER = `require("net").createServer((s) => s.end()).listen(80, () => console.log("ready"))`;

/** Thousands of ports of the host: how long they take to be added, and what a new connection pays for their number. */
export async function manyPortMaps(report: Report): Promise<void> {
  const side = Side.builtIn();
  const list = side.mapped();
  const few = await side.container(false, { firstPort: 1000, ports: FEW });
  await few.add(list);
  const stop = await serve(few);
  const [withFew, withMany, adding] = [new Samples(), new Samples(), new Samples()];
  await connectOften(side, new Samples());
  await connectOften(side, withFew);
  for (let round = 1; round <= ROUNDS; round++)
    await addMany(side, list, adding, round === ROUNDS ? withMany : undefined);
  stop();
  await few.remove();
  await side.close();
  console.log(`${MANY} port maps`);
  report.samples(`ADD of ${MANY} ports, bridge included`, adding);
  report.samples(`connection, ${FEW} ports mapped`, withFew);
  report.samples(`connection, ${FEW + MANY} ports mapped`, withMany);
  report.row(`${MANY} port maps in one batch`, ms(adding.p50), "under 200 ms", adding.p50 < 200);
  const times = withMany.p50 / withFew.p50;
  report.row(
    `a connection with ${MANY} against ${FEW}`,
    `${times.toFixed(2)} times`,
    `at most ${MOST_TIMES} times`,
    times <= MOST_TIMES,
  );
}

async function addMany(
  side: Side,
  list: NetworkConfigList,
  adding: Samples,
  connected: Samples | undefined,
): Promise<void> {
  const many = await side.container(false, { firstPort: 2000, ports: MANY });
  const result = await adding.time(() => many.add(list));
  if (connected !== undefined) await connectOften(side, connected);
  await many.del(list, result);
  await many.remove();
}

async function serve(container: Container): Promise<() => void> {
  const server = spawn("nsenter", [`--net=${container.path}`, "--", process.execPath, "-e", SERVER], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(server.stdout, "data");
  return () => server.kill();
}

async function connectOften(side: Side, samples: Samples): Promise<void> {
  for (let i = 0; i < CONNECTIONS; i++) {
    await samples.time(async () => {
      const socket = connect({ host: side.gateway("mapped"), port: 1000 + (i % FEW) });
      socket.resume();
      await once(socket, "close");
    });
  }
}
