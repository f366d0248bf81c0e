import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { FairleadError } from "../errors.ts";

/** The bytes of all bodies that one server is reading at the same time. */
export interface BodyBudget {
  readonly maxBytes: number;
  usedBytes: number;
}

/**
 * Reads the whole body of a request, inflated if it came compressed. `maxBytes` bounds the inflated size.
 *
 * Errors: REQUEST_TOO_LARGE, REQUEST_INVALID (an unknown coding, not gzip although it says so, the peer left half way), BUSY (`budget` is used
 * up). After an error the rest of the body is still taken off the connection, and dropped: cutting it while the peer sends would make it see
 * a reset instead of the answer. The request timeout bounds that.
 */
export async function readBody(request: IncomingMessage, maxBytes: number, budget: BodyBudget): Promise<Uint8Array> {
  let source: Readable = request;
  let heldBytes = 0;
  try {
    if (Number(request.headers["content-length"] ?? 0) > maxBytes) throw tooLarge(maxBytes);
    if (isCompressed(request)) source = request.pipe(createGunzip());
    return await collect(request, source, (chunk) => {
      heldBytes += chunk.length;
      budget.usedBytes += chunk.length;
      if (heldBytes > maxBytes) throw tooLarge(maxBytes);
      if (budget.usedBytes > budget.maxBytes) {
        throw new FairleadError("BUSY", "too many request bodies are being read at the same time");
      }
    });
  } catch (error) {
    if (FairleadError.is(error)) throw error;
    throw new FairleadError("REQUEST_INVALID", "Failed to read the request body", { cause: error });
  } finally {
    budget.usedBytes -= heldBytes;
    if (source !== request) {
      request.unpipe();
      source.destroy();
    }
    request.resume();
  }
}

/** The chunks of `source`, which `request` feeds if it is not the same; `take` may throw to stop. */
function collect(request: IncomingMessage, source: Readable, take: (chunk: Buffer) => void): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const settle = (act: () => void): void => {
      source.off("data", onData).off("end", onEnd);
      request.off("close", onClose);
      act();
    };
    const onData = (chunk: Buffer): void => {
      try {
        take(chunk);
        chunks.push(chunk);
      } catch (error) {
        settle(() => reject(error));
      }
    };
    const onEnd = (): void => settle(() => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
    const onError = (error: Error): void => settle(() => reject(error));
    const onClose = (): void => {
      // a compressed body may still be on its way through the decompressor
      if (!request.complete) settle(() => reject(new Error("the peer left before the end of the body")));
    };
    source.on("data", onData).on("end", onEnd);
    // these two stay: an error without a listener, also a late one, would end the process
    source.on("error", onError);
    if (source !== request) request.on("error", onError);
    request.on("close", onClose);
  });
}

function isCompressed(request: IncomingMessage): boolean {
  const coding = request.headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
  if (coding === "gzip" || coding === "x-gzip") return true;
  if (coding === "identity" || coding === "") return false;
  throw new FairleadError("REQUEST_INVALID", `Expecting 'Content-Encoding' of gzip, but received '${coding}'`);
}

function tooLarge(maxBytes: number): FairleadError {
  return new FairleadError("REQUEST_TOO_LARGE", `The request body is larger than ${maxBytes} bytes`, {
    data: { maxBytes },
  });
}
