/**
 * A thread that lives in a network namespace: it serves there, and tries what it can reach. Started by `resident.ts`, a few hundred times: JavaScript,
 * because each thread would translate its TypeScript again, which takes longer than all that it has to do.
 */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, createServer, isIPv6 } from "node:net";
import { parentPort, workerData } from "node:worker_threads";

/** How long silence is waited for; whoever answers does so at once. A look that finds a difference is repeated. */
const SILENCE_MS = 300;

/** @type {{ name: string, port: number }} */
const { name, port } = workerData;
const seen = (address) => `${name} saw ${address?.replace(/^::ffff:/, "")}`;

const tcp = createServer((socket) => {
  socket.on("error", () => {});
  socket.end(seen(socket.remoteAddress));
}).listen(port);
const udp = createSocket("udp6").on("message", (_, { address, port }) => udp.send(seen(address), port, address));
udp.bind(port);
await Promise.all([once(tcp, "listening"), once(udp, "listening")]);
parentPort?.on("message", async ({ id, probes }) => {
  parentPort?.postMessage({ id, answers: await Promise.all(probes.map(tried)) });
});
parentPort?.postMessage({ ready: true });

/** @param {import("./resident.ts").Probe} probe */
async function tried(probe) {
  try {
    return await (probe.protocol === "udp" ? overUdp(probe) : overTcp(probe));
  } catch (error) {
    return String(error.code ?? error);
  }
}

async function overTcp({ address, port }) {
  const socket = connect({ host: address, port }).setEncoding("utf8");
  try {
    socket.setTimeout(SILENCE_MS, () => socket.destroy(Object.assign(new Error(), { code: "silence" })));
    let text = "";
    for await (const chunk of socket) text += chunk;
    return text;
  } finally {
    socket.destroy();
  }
}

async function overUdp({ address, port }) {
  const socket = createSocket(isIPv6(address) ? "udp6" : "udp4");
  try {
    socket.connect(port, address);
    await once(socket, "connect");
    socket.send("ping");
    const [message] = await once(socket, "message", { signal: AbortSignal.timeout(SILENCE_MS) });
    return String(message);
  } catch (error) {
    if (error instanceof Error && error.name === "AbortError") return "silence";
    throw error;
  } finally {
    socket.close();
  }
}
