/** A parsed pattern. `char` accepts one character (a code point). */
export type Node =
  | { readonly kind: "empty" }
  | { readonly kind: "char"; readonly accepts: (codePoint: number) => boolean }
  | { readonly kind: "assert"; readonly at: Assertion }
  | { readonly kind: "sequence"; readonly items: readonly Node[] }
  | { readonly kind: "choice"; readonly items: readonly Node[] }
  | { readonly kind: "repeat"; readonly item: Node; readonly min: number; readonly max: number };

export type Assertion = "start" | "end" | "boundary" | "no-boundary";

/** A pattern that cannot be read; the message holds RE2's words. */
export class PatternError extends Error {}

/** The largest count in `{n,m}`, as in RE2. */
const MAX_REPEAT = 1000;

/** Groups within groups: the parser recurses. */
const MAX_DEPTH = 50;

/** No pattern that is short enough once it is compiled is longer, unless it is mostly empty groups. */
const MAX_CHARS = 10_000;

const CLASSES: Readonly<Record<string, (codePoint: number) => boolean>> = {
  d: (c) => c >= 0x30 && c <= 0x39,
  s: (c) => c === 0x20 || c === 0x09 || c === 0x0a || c === 0x0c || c === 0x0d,
  w: isWord,
};

const ESCAPES: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, a: 7 };

/** Whether a character is a letter, a digit or an underscore of ASCII. */
export function isWord(c: number): boolean {
  return (c >= 0x30 && c <= 0x39) || (c >= 0x41 && c <= 0x5a) || (c >= 0x61 && c <= 0x7a) || c === 0x5f;
}

/**
 * Parses the syntax of RE2 as far as host names and attributes need it: no Unicode classes, no flags but `i` and `s` at the beginning.
 *
 * Throws {@link PatternError}.
 */
export function parsePattern(text: string): Node {
  if (text.length > MAX_CHARS) throw new PatternError("pattern too large - compile failed");
  const flags = /^\(\?([is]+)\)/.exec(text)?.[1] ?? "";
  const body = flags === "" ? text : text.slice(flags.length + 3);
  const parser = new Parser(Array.from(body), flags.includes("i"), flags.includes("s"));
  return parser.parse();
}

class Parser {
  readonly #text: readonly string[];
  readonly #ignoreCase: boolean;
  readonly #dotAll: boolean;
  #position = 0;
  #depth = 0;

  constructor(text: readonly string[], ignoreCase: boolean, dotAll: boolean) {
    this.#text = text;
    this.#ignoreCase = ignoreCase;
    this.#dotAll = dotAll;
  }

  parse(): Node {
    const node = this.#choice();
    if (this.#position < this.#text.length) throw new PatternError(`unexpected ): ${this.#text.join("")}`);
    return node;
  }

  #peek(): string | undefined {
    return this.#text[this.#position];
  }

  #take(expected: string): boolean {
    if (this.#peek() !== expected) return false;
    this.#position++;
    return true;
  }

  #choice(): Node {
    const items = [this.#sequence()];
    while (this.#take("|")) items.push(this.#sequence());
    return items.length === 1 && items[0] ? items[0] : { kind: "choice", items };
  }

  #sequence(): Node {
    const items: Node[] = [];
    for (let next = this.#peek(); next !== undefined && next !== "|" && next !== ")"; next = this.#peek()) {
      items.push(this.#repeated());
    }
    return items.length === 0 ? { kind: "empty" } : { kind: "sequence", items };
  }

  #repeated(): Node {
    let item = this.#atom();
    for (let bounds = this.#bounds(); bounds !== undefined; bounds = this.#bounds()) {
      // Lazy or greedy makes no difference to whether the whole text matches.
      this.#take("?");
      item = { kind: "repeat", item, ...bounds };
    }
    return item;
  }

  #bounds(): { min: number; max: number } | undefined {
    if (this.#take("*")) return { min: 0, max: Number.POSITIVE_INFINITY };
    if (this.#take("+")) return { min: 1, max: Number.POSITIVE_INFINITY };
    if (this.#take("?")) return { min: 0, max: 1 };
    const counted = /^\{(\d{1,5})(?:(,)(\d{1,5})?)?\}/.exec(
      this.#text.slice(this.#position, this.#position + 13).join(""),
    );
    if (counted === null) return undefined;
    const min = Number(counted[1]);
    const max =
      counted[2] === undefined ? min : counted[3] === undefined ? Number.POSITIVE_INFINITY : Number(counted[3]);
    if (min > MAX_REPEAT || (Number.isFinite(max) && (max > MAX_REPEAT || max < min))) {
      throw new PatternError(`invalid repetition size: ${counted[0]}`);
    }
    this.#position += counted[0].length;
    return { min, max };
  }

  #atom(): Node {
    const c = this.#text[this.#position++];
    switch (c) {
      case "(":
        return this.#group();
      case "[":
        return this.#class();
      case ".":
        return this.#dotAll ? accept(() => true) : accept((point) => point !== 0x0a);
      case "^":
        return { kind: "assert", at: "start" };
      case "$":
        return { kind: "assert", at: "end" };
      case "\\":
        return this.#escape();
      case "*":
      case "+":
      case "?":
        throw new PatternError(`no argument for repetition operator: ${c}`);
      default:
        return this.#literal(c?.codePointAt(0) ?? 0);
    }
  }

  #group(): Node {
    if (++this.#depth > MAX_DEPTH) throw new PatternError("expression nests too deeply");
    if (this.#take("?")) {
      const kind = /^(?::|P?<[A-Za-z_]\w*>)/.exec(this.#text.slice(this.#position).join(""));
      if (kind === null) throw new PatternError(`invalid or unsupported Perl syntax: (?${this.#peek() ?? ""}`);
      this.#position += kind[0].length;
    }
    const node = this.#choice();
    if (!this.#take(")")) throw new PatternError(`missing ): ${this.#text.join("")}`);
    this.#depth--;
    return node;
  }

  #escape(): Node {
    const c = this.#text[this.#position++];
    if (c === undefined) throw new PatternError("trailing \\");
    if (c === "A") return { kind: "assert", at: "start" };
    if (c === "z") return { kind: "assert", at: "end" };
    if (c === "b") return { kind: "assert", at: "boundary" };
    if (c === "B") return { kind: "assert", at: "no-boundary" };
    const named = this.#namedClass(c);
    return named === undefined ? this.#literal(this.#escapedPoint(c)) : accept(named);
  }

  #namedClass(c: string): ((point: number) => boolean) | undefined {
    const accepts = CLASSES[c.toLowerCase()];
    if (accepts === undefined) return undefined;
    return c === c.toLowerCase() ? accepts : (point) => !accepts(point);
  }

  /** The character that stands behind a backslash. */
  #escapedPoint(c: string): number {
    const control = ESCAPES[c];
    if (control !== undefined) return control;
    if (c === "x") {
      const hex = /^(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{2}))/.exec(
        this.#text.slice(this.#position, this.#position + 8).join(""),
      );
      const point = Number.parseInt(hex?.[1] ?? hex?.[2] ?? "", 16);
      if (hex === null || point > 0x10ffff) throw new PatternError("invalid escape sequence: \\x");
      this.#position += hex[0].length;
      return point;
    }
    if (/[A-Za-z0-9]/.test(c)) throw new PatternError(`invalid escape sequence: \\${c}`);
    return c.codePointAt(0) ?? 0;
  }

  #class(): Node {
    const negated = this.#take("^");
    const members: ((point: number) => boolean)[] = [];
    for (let isFirst = true; ; isFirst = false) {
      const c = this.#text[this.#position++];
      if (c === undefined) throw new PatternError(`missing ]: ${this.#text.join("")}`);
      if (c === "]" && !isFirst) break;
      members.push(this.#member(c));
    }
    return accept((point) => members.some((member) => member(point)) !== negated);
  }

  #member(c: string): (point: number) => boolean {
    const named = c === "\\" ? this.#namedClass(this.#peek() ?? "") : undefined;
    if (named !== undefined) {
      this.#position++;
      return named;
    }
    const low = this.#classPoint(c);
    if (this.#peek() !== "-" || this.#text[this.#position + 1] === "]") return this.#same(low);
    this.#position++;
    const next = this.#text[this.#position++];
    if (next === undefined) throw new PatternError(`missing ]: ${this.#text.join("")}`);
    const high = this.#classPoint(next);
    if (high < low) throw new PatternError(`invalid character class range: ${c}-${next}`);
    const inRange = (point: number) => point >= low && point <= high;
    return this.#ignoreCase ? (point) => bothCases(point).some(inRange) : inRange;
  }

  #classPoint(c: string): number {
    if (c !== "\\") return c.codePointAt(0) ?? 0;
    const escaped = this.#text[this.#position++];
    if (escaped === undefined) throw new PatternError("trailing \\");
    return this.#escapedPoint(escaped);
  }

  #literal(point: number): Node {
    return accept(this.#same(point));
  }

  #same(wanted: number): (point: number) => boolean {
    return this.#ignoreCase ? (point) => bothCases(point).includes(wanted) : (point) => point === wanted;
  }
}

function accept(accepts: (codePoint: number) => boolean): Node {
  return { kind: "char", accepts };
}

function bothCases(point: number): number[] {
  const text = String.fromCodePoint(point);
  return [text.toLowerCase().codePointAt(0) ?? point, text.toUpperCase().codePointAt(0) ?? point];
}
