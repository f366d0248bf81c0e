/** Resolves with the reason when nobody takes any more what is printed: a reader that has gone, a full disk. */
export function outputLost(): Promise<string> {
  return new Promise((resolve) => {
    process.stdout.once("error", ({ message }) => resolve(message));
  });
}
