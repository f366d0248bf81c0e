import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Pattern } from "./program.ts";

function compiled(text: string): Pattern {
  const pattern = Pattern.compile(text, 10_000);
  assert.ok(typeof pattern !== "string", String(pattern));
  return pattern;
}

for (const [text, matching, other] of [
  ["", [""], ["a"]],
  ["abc", ["abc"], ["ab", "abcd", "xabc"]],
  ["a|bc|", ["a", "bc", ""], ["ab", "c"]],
  ["a*b+c?", ["b", "aabbc"], ["a", "c"]],
  ["a{2,3}", ["aa", "aaa"], ["a", "aaaa"]],
  ["a{2}", ["aa"], ["a", "aaa"]],
  ["a{2,}", ["aa", "aaaaa"], ["a"]],
  ["a{x}", ["a{x}"], ["a"]],
  ["(?:ab)+", ["ab", "abab"], ["aba"]],
  ["(?P<zone>a|b)-\\d+", ["a-1", "b-22"], ["c-1", "a-"]],
  ["rack[0-9a-f]+", ["rack1f"], ["rackg", "rack"]],
  ["[^.]+\\.example\\.org", ["a.example.org"], ["a.b.example.org", "aXexampleYorg"]],
  ["[]a]", ["]", "a"], ["b"]],
  ["[a-]", ["a", "-"], ["b"]],
  ["[\\d_]+", ["1_2"], ["a"]],
  [".", ["a", "ü", "𝒳"], ["", "\n", "ab"]],
  ["(?s).", ["\n"], [""]],
  ["(?i)Rack[A-C]", ["rackb", "RACKC"], ["rackd"]],
  ["^a$", ["a"], ["ba"]],
  ["\\Aa\\z", ["a"], ["ab"]],
  ["a\\b-", ["a-"], []],
  ["a\\Bb", ["ab"], []],
  ["a\\b b", ["a b"], ["ab"]],
  ["\\x41\\x{42}\\t\\.", ["AB\t."], ["AB\tx"]],
  ["\\w+\\W\\s\\S", ["a- x"], ["a-xx"]],
  ["a+?b*?", ["aab"], ["b"]],
] as const) {
  test(`the pattern '${text}' matches whole texts`, () => {
    const pattern = compiled(text);
    for (const example of matching) assert.equal(pattern.matches(example), true, example);
    for (const example of other) assert.equal(pattern.matches(example), false, example);
  });
}

for (const text of ["(", ")", "[", "[b-a]", "*", "a{2,1}", "a{1001}", "\\", "\\q", "(?=a)", "(?<=a)", "\\pL", "[a\\"]) {
  test(`'${text}' is no pattern`, () => {
    const error = Pattern.compile(text, 100);
    assert.ok(typeof error === "string");
    assert.ok(error.startsWith(`Failed to construct regex from pattern '${text}': `), error);
  });
}

test("a large program is refused with its size", () => {
  assert.equal(
    Pattern.compile("a{200}", 100),
    "Regex 'a{200}' is too complex: program size of 201 is larger than maximum of 100 allowed",
  );
});

test("counted repetitions of counted repetitions are not even built", () => {
  assert.match(String(Pattern.compile("((a{1000}){1000}){1000}", 100)), /pattern too large/);
});

test("repetitions of nothing are nothing, however they are counted", () => {
  const pattern = compiled("((((?:){1000}){1000}){1000}){1000}a");
  assert.equal(pattern.matches("a"), true);
  assert.equal(pattern.matches(""), false);
});

test("a text that is too long is not even read", () => {
  assert.match(String(Pattern.compile("(?:)".repeat(1_000_000), 100)), /pattern too large/);
});

test("deep nesting is refused", () => {
  assert.match(String(Pattern.compile("(".repeat(4_000) + ")".repeat(4_000), 100)), /nests too deeply/);
});

test("a pattern that would make a backtracking engine try for ever is decided at once", () => {
  const pattern = compiled("(a|a|aa)*(a*)*b");
  assert.equal(pattern.matches("a".repeat(2_000)), false);
  assert.equal(pattern.matches(`${"a".repeat(2_000)}b`), true);
});

test("agrees with JavaScript's engine where both know the syntax", () => {
  const atom = fc.constantFrom("a", "b", "c", ".", "[ab]", "[^a]", "\\w", "\\d", "\\.");
  const piece = fc.letrec<{ node: string }>((tie) => ({
    node: fc.oneof(
      { depthSize: "small" },
      atom,
      fc.tuple(tie("node"), tie("node")).map(([left, right]) => left + right),
      fc.tuple(tie("node"), tie("node")).map(([left, right]) => `(?:${left}|${right})`),
      fc.tuple(tie("node"), fc.constantFrom("*", "+", "?", "{1,2}")).map(([inner, times]) => `(?:${inner})${times}`),
    ),
  })).node;
  const text = fc.string({ unit: fc.constantFrom("a", "b", "c", "1", ".", "\n"), maxLength: 6 });
  fc.assert(
    fc.property(piece, text, (pattern, subject) => {
      assert.equal(compiled(pattern).matches(subject), new RegExp(`^(?:${pattern})$`, "u").test(subject));
    }),
    { numRuns: 500 },
  );
});
