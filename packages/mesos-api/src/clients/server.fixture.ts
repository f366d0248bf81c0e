import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

/** A request that came, with its whole body. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface TestServer {
  /** host:port */
  readonly address: string;
  readonly received: Received[];
  close(): void;
}

/** A server on a free port of loopback that ends with the test. */
export async function startServer(
  t: TestContext,
  answer: (request: Received, response: ServerResponse, server: TestServer) => void,
): Promise<TestServer> {
  const received: Received[] = [];
  const http = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk);
    }
    const one = {
      method: request.method ?? "",
      path: request.url ?? "",
      headers: request.headers,
      body: Buffer.concat(chunks),
    };
    received.push(one);
    answer(one, response, server);
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  // a server that listens on TCP has an AddressInfo
  const { port } = http.address() as AddressInfo;
  const close = () => {
    http.closeAllConnections();
    http.close();
  };
  t.after(close);
  const server: TestServer = {
    address: `127.0.0.1:${port}`,
    received,
    close,
  };
  return server;
}
