/** Longer than any id can be. */
const MAX_CHARS = 300;

/** The beginning of a text that somebody else wrote, for a line of the log or an error: it may be as large as a request. */
export function shortened(text: string, maxChars = MAX_CHARS): string {
  return text.length > maxChars ? `${text.slice(0, maxChars)}…` : text;
}
