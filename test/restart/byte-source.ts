/** Run as a task: serves, on the port that it is told, bytes that count up for ever. */
import { createServer } from "node:net";
import { countFrom } from "./count.ts";

const CHUNK_BYTES = 100;
const INTERVAL_MS = 10;

createServer((socket) => {
  let sent = 0;
  const timer = setInterval(() => {
    socket.write(countFrom(sent, CHUNK_BYTES));
    sent += CHUNK_BYTES;
  }, INTERVAL_MS);
  // a reader that goes ends its own stream only
  socket.on("error", () => {});
  socket.on("close", () => clearInterval(timer));
}).listen(Number(process.argv[2]), "::");
