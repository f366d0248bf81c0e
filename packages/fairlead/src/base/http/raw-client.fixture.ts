import { connect, type Socket } from "node:net";

/** A connection that speaks bytes, for tests of what stands on the wire. */
export interface RawClient {
  readonly socket: Socket;
  send(text: string | Uint8Array): void;
  /** Everything received so far, as soon as `enough` says so. Rejects when the connection ends before. */
  until(enough: (text: string) => boolean): Promise<string>;
  /** Everything received by the end of the connection, whoever ended it and how. */
  ended(): Promise<string>;
  close(): void;
}

export async function rawClient(port: number, ip = "127.0.0.1"): Promise<RawClient> {
  const socket = connect(port, ip);
  let text = "";
  let closed = false;
  let wake = (): void => {};
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1");
    wake();
  });
  // a reset is one of the ends that tests wait for
  socket.on("error", () => {});
  socket.on("close", () => {
    closed = true;
    wake();
  });
  await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));

  const wait = async (done: () => boolean): Promise<void> => {
    while (!done()) await new Promise<void>((resolve) => (wake = resolve));
  };
  return {
    socket,
    send: (bytes) => void socket.write(bytes),
    async until(enough) {
      await wait(() => closed || enough(text));
      if (!enough(text)) throw new Error(`the connection ended after ${JSON.stringify(text)}`);
      return text;
    },
    async ended() {
      await wait(() => closed);
      return text;
    },
    close: () => socket.destroy(),
  };
}

/** One request on a connection of its own: its whole answer. */
export async function exchange(port: number, head: string, body: string | Uint8Array = ""): Promise<string> {
  const client = await rawClient(port);
  client.send(`${head.replaceAll("\n", "\r\n")}\r\nConnection: close\r\n\r\n`);
  if (body.length > 0) client.send(body);
  return await client.ended();
}
