import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { rawClient } from "./raw-client.fixture.ts";
import { plainReply } from "./replies.ts";
import { sendWhole } from "./send-reply.ts";

describe("sendWhole", () => {
  it("cuts off a peer that does not take its answer", async () => {
    const more = 64 * 1024 * 1024;
    let cut = (_finished: boolean): void => {};
    const closed = new Promise<boolean>((resolve) => (cut = resolve));
    const server = createServer((_request, response) => {
      response.on("close", () => cut(response.writableFinished));
      void sendWhole(response, plainReply(200, "x".repeat(more)), undefined, 20);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const client = await rawClient((server.address() as AddressInfo).port);
    client.socket.pause();
    client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert.equal(await closed, false);
    client.close();
    server.close();
  });
});
