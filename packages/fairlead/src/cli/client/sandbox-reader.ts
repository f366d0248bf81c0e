import { open } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { getJson } from "./get-json.ts";

/** What a task writes to. */
export type OutputFile = "stdout" | "stderr";

/** Bytes of one read; the agent gives no more at once either. */
const CHUNK_BYTES = 64 * 1024;

/** Reads a part of a file of a sandbox from `offset` on; empty at its end. Rejects if it cannot be read. */
export type SandboxReader = (file: OutputFile, offset: number) => Promise<Buffer>;

/** How the sandbox `directory` of the agent at `ip`:`port` is read: as files where the agent is this machine, else over its `/files` API. */
export function sandboxReader(ip: string, port: number, directory: string): SandboxReader {
  return isThisMachine(ip) ? localReader(directory) : remoteReader(`${ip}:${port}`, directory);
}

function isThisMachine(ip: string): boolean {
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === ip));
}

export function localReader(directory: string): SandboxReader {
  return async (file, offset) => {
    const handle = await open(join(directory, file));
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, offset);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  };
}

function remoteReader(agent: string, directory: string): SandboxReader {
  return async (file, offset) => {
    const query = new URLSearchParams({
      path: join(directory, file),
      offset: String(offset),
      length: String(CHUNK_BYTES),
    });
    const { data } = (await getJson(agent, `/files/read?${query}`)) as { data?: unknown };
    return Buffer.from(typeof data === "string" ? data : "");
  };
}
