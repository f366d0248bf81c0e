import assert from "node:assert/strict";
import { type IncomingMessage, request } from "node:http";

export const MASTER_PORT = 5050;
export const AGENT_PORT = 5051;

export interface Question {
  readonly port?: number;
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent with a Content-Length; several parts are sent chunked. */
  readonly body?: string | Uint8Array | readonly (string | Uint8Array)[];
}

/** A whole answer, as it came: nothing is decoded, nothing is followed. */
export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
  readonly text: string;
}

/** Asks on a connection of its own, with no header that was not given but Host and what frames the body. */
export async function ask(question: Question): Promise<Answer> {
  const response = await send(question);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  return { status: response.statusCode!, headers: headersOf(response), body, text: body.toString("utf8") };
}

/** Asks, and gives the answer as soon as its head is there. */
export async function send({
  port = MASTER_PORT,
  method,
  path,
  headers = {},
  body,
}: Question): Promise<IncomingMessage> {
  const parts = body === undefined ? [] : Array.isArray(body) ? (body as (string | Uint8Array)[]) : undefined;
  const whole = parts === undefined ? Buffer.from(body as string | Uint8Array) : undefined;
  return await new Promise((resolve, reject) => {
    const outgoing = request({
      host: "127.0.0.1",
      port,
      path,
      method: method ?? (body === undefined ? "GET" : "POST"),
      agent: false,
      headers: { ...headers, ...(whole === undefined ? {} : { "Content-Length": String(whole.length) }) },
    });
    outgoing.on("response", resolve).on("error", reject);
    for (const part of parts ?? []) outgoing.write(part);
    outgoing.end(whole);
  });
}

/** No header of ours comes twice, so that each has one text. */
export function headersOf(response: IncomingMessage): Record<string, string | undefined> {
  const names = response.rawHeaders.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase());
  assert.deepEqual(names.toSorted(), [...new Set(names)].sort(), "a header came twice");
  return response.headers as Record<string, string | undefined>;
}

/** The JSON of a document, which has to be one. */
export async function getJson<T>(path: string, port?: number): Promise<T> {
  const answer = await ask({ path, ...(port === undefined ? {} : { port }) });
  assert.equal(answer.status, 200, `${path}: ${answer.text}`);
  assert.equal(answer.headers["content-type"], "application/json", path);
  return JSON.parse(answer.text) as T;
}
