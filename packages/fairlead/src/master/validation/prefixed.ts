/** An error text with its context before it; undefined when there is no error. */
export function prefixed(context: string, error: string | undefined): string | undefined {
  return error === undefined ? undefined : `${context}: ${error}`;
}
