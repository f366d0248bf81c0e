import { request } from "undici";
import { errorText, FairleadError } from "../../base/errors.ts";

/** Milliseconds for the whole answer. */
const ANSWER_TIMEOUT_MS = 30_000;

/** Bytes. The state of a large cluster has some tens of megabytes. */
const MAX_ANSWER_BYTES = 512 * 1024 * 1024;

/** Another master leads: one redirect leads there. */
const MAX_REDIRECTS = 3;

/**
 * GETs `path` of the server at `host:port` as JSON; follows the redirects of a master that does not lead.
 *
 * Errors: MASTER_UNREACHABLE, with what the server said or why there was no answer.
 */
export async function getJson(server: string, path: string): Promise<unknown> {
  const failed = (reason: string, cause?: unknown) =>
    new FairleadError("MASTER_UNREACHABLE", `http://${server}${path}: ${reason}`, { data: { server, path }, cause });
  try {
    let url = new URL(`http://${server}${path}`);
    for (let redirects = 0; ; redirects++) {
      const { statusCode, headers, body } = await request(url, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
      const text = await bounded(body);
      if (statusCode === 200) return JSON.parse(text);
      const { location } = headers;
      if (statusCode !== 307 || typeof location !== "string" || redirects === MAX_REDIRECTS) {
        throw failed(`answered ${statusCode}: ${text.slice(0, 200).trim()}`);
      }
      url = new URL(location, url);
    }
  } catch (error) {
    throw FairleadError.is(error) ? error : failed(errorText(error), error);
  }
}

async function bounded(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw new Error(`the answer is larger than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
