import type { NetworkConfigList } from "@fairlead/cni";
import type { Report } from "./report.ts";
import { Samples } from "./samples.ts";
import { Side } from "./side.ts";

/** How many of each side are run before the other has its turn: what else the machine does meets both. */
const TURN = 10;

/** ADD and DEL of one container after the other, on both sides in turns. */
export async function attachDetach(report: Report, count: number): Promise<void> {
  const [reference, builtIn] = [Side.reference(), Side.builtIn()];
  for (const [name, list, add, del] of [
    ["bridge, host-local", (side: Side) => side.bare(), 8, 20],
    ["+ ipMasq, portmap, firewall, bandwidth", (side: Side) => side.full(), 25, 8],
  ] as const) {
    const [peer, own] = [new Measured(), new Measured()];
    await measure(builtIn, list(builtIn), new Measured(), TURN);
    await measure(reference, list(reference), new Measured(), 2);
    for (let done = 0; done < count; done += TURN) {
      await measure(reference, list(reference), peer, TURN);
      await measure(builtIn, list(builtIn), own, TURN);
    }
    console.log(name);
    report.samples("reference ADD", peer.add);
    report.samples("built-in ADD", own.add);
    report.samples("reference DEL", peer.del);
    report.samples("built-in DEL", own.del);
    report.ratio(`ADD, ${name}`, own.add, peer.add, add);
    report.ratio(`DEL, ${name}`, own.del, peer.del, del);
  }
  await reference.close();
  await builtIn.close();
}

class Measured {
  readonly add = new Samples();
  readonly del = new Samples();
}

async function measure(side: Side, list: NetworkConfigList, { add, del }: Measured, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const container = await side.container();
    const result = await add.time(() => container.add(list));
    await del.time(() => container.del(list, result));
    await container.remove();
  }
}
