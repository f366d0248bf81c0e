import { open } from "node:fs/promises";
import { basename, extname } from "node:path";
import { Readable } from "node:stream";
import { v0 } from "@fairlead/mesos-api";
import type { Authorizer } from "../../../base/authorizer.ts";
import type { HttpReply, HttpRequest, Route } from "../../../base/http/http.ts";
import { jsonReply, plainReply } from "../../../base/http/replies.ts";
import type { AgentView } from "../../entities.ts";
import { type AttachedPath, attachedPaths, ifAttached, mayAccess } from "./attached-paths.ts";
import { writeFileInfo } from "./file-info.ts";
import { listDirectory } from "./list-directory.ts";
import { type FileProblem, isProblem, useInside } from "./open-inside.ts";
import { notReadable, READ_FLAGS, readFilePart, toText } from "./read-file.ts";

type FileHandler = (request: HttpRequest, path: AttachedPath, requested: string) => Promise<HttpReply>;

/** What a browser may be told a download is; anything else is bytes. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".csv": "text/csv",
  ".gif": "image/gif",
  ".gz": "application/x-gzip",
  ".html": "text/html",
  ".jpeg": "image/jpeg",
  ".jpg": "image/jpeg",
  ".js": "application/javascript",
  ".json": "application/json",
  ".pdf": "application/pdf",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".tar": "application/x-tar",
  ".txt": "text/plain",
  ".xml": "application/xml",
  ".zip": "application/zip",
};

/** The endpoints that show sandboxes: `/files/browse`, `/files/read` (with the `.json` of old clients), `/files/download`, `/files/debug`. */
export function fileRoutes(agent: AgentView, authorizer: Authorizer): Route[] {
  const serve =
    (handler: FileHandler): Route["handler"] =>
    (request) => {
      const requested = request.query.get("path") ?? "";
      return requested === ""
        ? plainReply(400, "Expecting 'path=value' in query.\n")
        : ifAttached(agent, authorizer, request, requested, (path) => handler(request, path, requested));
    };
  return [
    ...["/files/browse", "/files/browse.json"].map((path) => ({ path, handler: serve(browse) })),
    ...["/files/read", "/files/read.json"].map((path) => ({ path, handler: serve(read) })),
    { path: "/files/download", handler: serve(download) },
    {
      path: "/files/debug",
      handler: (request) =>
        mayAccess(authorizer, request) ? jsonReply(request, Object.fromEntries(attachedPaths(agent))) : plainReply(403),
    },
  ];
}

async function browse(request: HttpRequest, path: AttachedPath, requested: string): Promise<HttpReply> {
  const files = await listDirectory(path, requested);
  return isProblem(files) ? refuse(files) : jsonReply(request, v0.jsonArray(files, writeFileInfo));
}

/** An offset of -1, or none, asks for the size alone: where somebody who follows the file begins. */
async function read(request: HttpRequest, path: AttachedPath): Promise<HttpReply> {
  const offset = parseCount(request.query.get("offset"), "offset");
  if (typeof offset === "string") return plainReply(400, offset);
  const length = parseCount(request.query.get("length"), "length");
  if (typeof length === "string") return plainReply(400, length);

  const part = await readFilePart(path, offset ?? 0, offset === undefined ? 0 : length);
  return isProblem(part) ? refuse(part) : jsonReply(request, { offset: offset ?? part.size, data: toText(part.data) });
}

async function download(_: HttpRequest, path: AttachedPath, requested: string): Promise<HttpReply> {
  const name = basename(requested);
  const opened = await openForDownload(path);
  if (isProblem(opened)) return refuse(opened);
  return {
    status: 200,
    contentType: CONTENT_TYPES[extname(name)] ?? "application/octet-stream",
    headers: { "Content-Disposition": `attachment; ${fileNameParameter(name)}`, "X-Content-Type-Options": "nosniff" },
    ...opened,
  };
}

/** A file that grows is sent as long as it was. */
function openForDownload({ root, rest }: AttachedPath): Promise<{ sizeBytes: number; source: Readable } | FileProblem> {
  return useInside(root, rest, async ({ stats, path }) => {
    const problem = notReadable(stats, "download");
    if (problem !== undefined) return problem;
    const { size: sizeBytes } = stats;
    if (sizeBytes === 0) return { sizeBytes, source: Readable.from([]) };
    const file = await open(path, READ_FLAGS);
    return { sizeBytes, source: file.createReadStream({ start: 0, end: sizeBytes - 1 }) };
  });
}

function refuse({ status, message }: FileProblem): HttpReply {
  return plainReply(status, message);
}

/** A task may give its files any name: only harmless ones are told as they are. */
function fileNameParameter(name: string): string {
  return /^[\w.-]+$/.test(name) ? `filename=${name}` : `filename*=UTF-8''${encodeURIComponent(name.toWellFormed())}`;
}

/** A whole number that is not negative; undefined for none, or -1; or why the text is none. */
function parseCount(text: string | null, name: string): number | undefined | string {
  if (text === null || text === "-1") return undefined;
  const number = Number(text);
  if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(number)) {
    return `Failed to parse ${name}: Failed to convert '${text}' to number.\n`;
  }
  return number < 0 ? `Negative ${name} provided: ${number}.\n` : number;
}
