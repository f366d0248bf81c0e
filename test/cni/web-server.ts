import { createSocket } from "node:dgram";
import { createServer } from "node:http";

/** Run in a task: over HTTP it tells who asks, over UDP it is an echo; on a port of both protocols, IPv4 and IPv6. */
if (import.meta.main) {
  const port = Number(process.argv[2]);
  createServer((request, response) => response.end(`${request.socket.remoteAddress}\n`)).listen(port, "::");
  const socket = createSocket({ type: "udp6", ipv6Only: false });
  socket.on("message", (message, { address, port: to }) => socket.send(message, to, address));
  socket.bind(port, "::");
}
