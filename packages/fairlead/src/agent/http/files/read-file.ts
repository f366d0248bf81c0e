import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { MAX_READ_BYTES } from "../limits.ts";
import type { AttachedPath } from "./attached-paths.ts";
import { type FileProblem, useInside } from "./open-inside.ts";

/** Opens for reading what is known to be a plain file; not waiting for the other side, should it have become a FIFO. */
export const READ_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/** A part of a file, and how long all of it is. */
export interface FilePart {
  readonly size: number;
  readonly data: Buffer;
}

/** Reads up to `length` bytes (undefined: as many as one read gives) from `offset` on. */
export function readFilePart(
  { root, rest }: AttachedPath,
  offset: number,
  length: number | undefined,
): Promise<FilePart | FileProblem> {
  return useInside(root, rest, async ({ stats, path }): Promise<FilePart | FileProblem> => {
    const problem = notReadable(stats, "read");
    if (problem !== undefined) return problem;
    const wanted = Math.min(length ?? MAX_READ_BYTES, MAX_READ_BYTES, stats.size - offset);
    if (wanted <= 0) return { size: stats.size, data: Buffer.alloc(0) };
    const file = await open(path, READ_FLAGS);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(wanted), 0, wanted, offset);
      return { size: stats.size, data: buffer.subarray(0, bytesRead) };
    } finally {
      await file.close();
    }
  });
}

/** Why a file cannot be read as a whole: only plain files have a content. */
export function notReadable(
  stats: { isDirectory(): boolean; isFile(): boolean },
  verb: "read" | "download",
): FileProblem | undefined {
  if (stats.isDirectory()) return { status: 400, message: `Cannot ${verb} a directory.\n` };
  return stats.isFile() ? undefined : { status: 400, message: `Cannot ${verb} what is not a regular file.\n` };
}

/**
 * Bytes as text, cut before a character that is not complete: the reader asks for the rest by its offset in bytes. Bytes that are no UTF-8
 * become U+FFFD.
 */
export function toText(data: Buffer): string {
  const text = data.toString("utf8", 0, completeLength(data));
  return text === "" ? data.toString("utf8") : text;
}

/** How many bytes there are without the beginning of a character at the end. */
function completeLength(data: Buffer): number {
  const { length } = data;
  for (let back = 1; back <= Math.min(3, length); back++) {
    const byte = data[length - back] ?? 0;
    // a byte that continues a character: its first one stands before it
    if ((byte & 0xc0) === 0x80) continue;
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return needed > back ? length - back : length;
  }
  return length;
}
