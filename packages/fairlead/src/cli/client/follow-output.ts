import { type Clock, sleep } from "../../base/clock.ts";
import type { OutputFile, SandboxReader } from "./sandbox-reader.ts";

/** Milliseconds between two looks at a file that had nothing new. */
const POLL_INTERVAL_MS = 200;

export interface FollowedOutput {
  /** Resolves when everything that had been written by now is passed on; rejects if the files cannot be read. */
  finish(): Promise<void>;
}

/** Passes on what a task writes, as it goes, until it is told to finish. */
export function followOutput(
  read: SandboxReader,
  passOn: (file: OutputFile, chunk: Uint8Array) => void,
  clock: Clock,
): FollowedOutput {
  let finishing = false;
  const follow = async (file: OutputFile): Promise<void> => {
    for (let offset = 0; ; ) {
      // Looked at before the read: what was written before the end must be read after it was known.
      const last = finishing;
      const chunk = await read(file, offset);
      if (chunk.length > 0) {
        offset += chunk.length;
        passOn(file, chunk);
      } else if (last) {
        return;
      } else {
        await sleep(clock, POLL_INTERVAL_MS);
      }
    }
  };
  const done = Promise.all([follow("stdout"), follow("stderr")]);
  // The failure is told by finish(); until then nobody may be waiting.
  done.catch(() => {});
  return {
    async finish() {
      finishing = true;
      await done;
    },
  };
}
