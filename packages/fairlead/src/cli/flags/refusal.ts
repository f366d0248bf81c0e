/** The error of a value that a flag does not take: what is wrong with it, and what to give instead. */
export function refusal(problem: string, remedy: string): Error {
  return new Error(`${problem}; give ${remedy}`);
}
