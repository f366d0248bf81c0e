import { once } from "node:events";
import { createServer } from "node:net";

/**
 * A port of `ip` that nothing listens on: what port 0 asks for, known before a server is made that has to tell it.
 *
 * The kernel goes round before it gives the same port to somebody else.
 */
export async function freePort(ip: string): Promise<number> {
  const server = createServer().listen(0, ip);
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error(`no port of ${ip} is known`);
  return address.port;
}
