/** The highest number of a signal on Linux. */
const MAX_SIGNAL = 64;

/**
 * The raw wait status for the exit status as conmon tells it.
 *
 * conmon writes 128 + n both for a process that signal n ended and for one that exited with 128 + n. Programs exit so to say that signal n
 * ended them or their child, shells most of all: it is read as the signal.
 */
export function toWaitStatus(conmonStatus: number): number {
  const signal = conmonStatus - 128;
  return signal > 0 && signal <= MAX_SIGNAL ? signal : conmonStatus * 256;
}

/** The raw wait status in conmon's exit file; undefined if the text is none (yet). */
export function parseExitFile(text: string): number | undefined {
  return /^\d{1,3}\n?$/.test(text) ? toWaitStatus(Number(text)) : undefined;
}
