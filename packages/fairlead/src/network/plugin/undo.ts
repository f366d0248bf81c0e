import { isNamespaceLost } from "./namespace-lost.ts";

/** What takes back the steps of an ADD that fails half way, last step first. */
export class UndoList {
  readonly #steps: (() => void)[] = [];

  push(step: () => void): void {
    this.#steps.push(step);
  }

  /**
   * Calls a function with a list of its own; when it throws, every step is undone, and its error is thrown on: the first failure counts. Nothing is
   * undone by a thread that has lost its namespace: it would be undone elsewhere.
   */
  static guard<T>(call: (undo: UndoList) => T): T {
    const undo = new UndoList();
    try {
      return call(undo);
    } catch (error) {
      if (!isNamespaceLost(error)) undo.#run();
      throw error;
    }
  }

  #run(): void {
    for (const step of this.#steps.toReversed()) {
      try {
        step();
      } catch (error) {
        if (isNamespaceLost(error)) throw error;
        // the first failure is what the caller hears of; the DEL that follows a failed ADD tries again
      }
    }
  }
}
