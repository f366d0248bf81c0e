import { type Assertion, isWord, type Node, PatternError, parsePattern } from "./syntax.ts";

type Instruction =
  | { readonly op: "char"; readonly accepts: (codePoint: number) => boolean }
  | { readonly op: "assert"; readonly at: Assertion }
  | { readonly op: "split"; readonly to: readonly number[] }
  | { readonly op: "match" };

/** More instructions than that are not even built: counted repetitions multiply. Above every limit that is asked for. */
const MAX_INSTRUCTIONS = 10_000;

/**
 * A pattern that matches in time linear in the text, whatever the pattern: patterns come from frameworks and run in the master.
 *
 * It runs all alternatives side by side (Thompson), so that no pattern makes it try again and again.
 */
export class Pattern {
  readonly #program: readonly Instruction[];

  private constructor(program: readonly Instruction[]) {
    this.#program = program;
  }

  /** Compiles the syntax of RE2; the text of the error otherwise, in Mesos's words. */
  static compile(text: string, maxProgramSize: number): Pattern | string {
    try {
      const program = compile(parsePattern(text));
      if (program.length > maxProgramSize) {
        return `Regex '${text}' is too complex: program size of ${program.length} is larger than maximum of ${maxProgramSize} allowed`;
      }
      return new Pattern(program);
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      return `Failed to construct regex from pattern '${text}': ${error.message}`;
    }
  }

  /** Whether the whole text matches. */
  matches(text: string): boolean {
    const points = Array.from(text, (c) => c.codePointAt(0) ?? 0);
    let states = this.#follow([0], points, 0);
    for (let i = 0; i < points.length; i++) {
      const next: number[] = [];
      for (const state of states) {
        const instruction = this.#program[state];
        if (instruction?.op === "char" && instruction.accepts(points[i] ?? 0)) next.push(state + 1);
      }
      if (next.length === 0) return false;
      states = this.#follow(next, points, i + 1);
    }
    return states.some((state) => this.#program[state]?.op === "match");
  }

  /** The states that are reached from `states` without a further character. */
  #follow(states: readonly number[], points: readonly number[], position: number): number[] {
    const reached = new Set<number>();
    const pending = [...states];
    for (let state = pending.pop(); state !== undefined; state = pending.pop()) {
      if (reached.has(state)) continue;
      reached.add(state);
      const instruction = this.#program[state];
      if (instruction?.op === "split") pending.push(...instruction.to);
      else if (instruction?.op === "assert" && holds(instruction.at, points, position)) pending.push(state + 1);
    }
    return [...reached];
  }
}

function holds(at: Assertion, points: readonly number[], position: number): boolean {
  if (at === "start") return position === 0;
  if (at === "end") return position === points.length;
  const before = points[position - 1];
  const after = points[position];
  const isBoundary = (before !== undefined && isWord(before)) !== (after !== undefined && isWord(after));
  return isBoundary === (at === "boundary");
}

function compile(node: Node): Instruction[] {
  const program: Instruction[] = [];
  emit(node, program);
  program.push({ op: "match" });
  return program;
}

function emit(node: Node, program: Instruction[]): void {
  if (program.length > MAX_INSTRUCTIONS) throw new PatternError("pattern too large - compile failed");
  switch (node.kind) {
    case "empty":
      return;
    case "char":
      program.push({ op: "char", accepts: node.accepts });
      return;
    case "assert":
      program.push({ op: "assert", at: node.at });
      return;
    case "sequence":
      for (const item of node.items) emit(item, program);
      return;
    case "choice":
      emitChoice(node.items, program);
      return;
    case "repeat":
      emitRepeat(node.item, node.min, node.max, program);
  }
}

function emitChoice(items: readonly Node[], program: Instruction[]): void {
  const start = reserve(program);
  const begins: number[] = [];
  const ends: number[] = [];
  for (const item of items) {
    begins.push(program.length);
    emit(item, program);
    ends.push(reserve(program));
  }
  program[start] = { op: "split", to: begins };
  for (const end of ends) program[end] = { op: "split", to: [program.length] };
}

function emitRepeat(item: Node, min: number, max: number, program: Instruction[]): void {
  for (let i = 0; i < min; i++) {
    const size = program.length;
    emit(item, program);
    // What matches nothing but the empty text does so once and a thousand times; counted within itself it would never be done.
    if (program.length === size) return;
  }
  if (max === Number.POSITIVE_INFINITY) {
    const loop = reserve(program);
    emit(item, program);
    program.push({ op: "split", to: [loop] });
    program[loop] = { op: "split", to: [loop + 1, program.length] };
    return;
  }
  const skips: number[] = [];
  for (let i = min; i < max; i++) {
    skips.push(reserve(program));
    emit(item, program);
  }
  for (const skip of skips) program[skip] = { op: "split", to: [skip + 1, program.length] };
}

/** Leaves room for an instruction whose target is not known yet. */
function reserve(program: Instruction[]): number {
  program.push({ op: "split", to: [] });
  return program.length - 1;
}
