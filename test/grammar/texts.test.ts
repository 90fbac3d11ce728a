import { describe, expect, test } from "bun:test";
import { matchesWhole } from "../../src/grammar/automata/match.ts";
import { checkChoice, checkRegex } from "../../src/grammar/choice.ts";
import { checkGrammar } from "../../src/grammar/ebnf/check.ts";
import { Regex } from "../../src/grammar/regex/compile.ts";

describe("a regular expression that cannot be enforced is refused by name and position", () => {
  test.each([
    ["a(?=b)", "looking ahead", 2],
    ["(?!b)", "looking ahead", 1],
    ["(?<=b)c", "looking behind", 1],
    ["(a)\\1", "a backreference", 4],
    ["(?<n>a)\\k<n>", "a backreference", 8],
    ["\\bword", "a word boundary", 1],
    ["\\p{L}+", "a Unicode property", 1],
    ["(?i)a", "a group with flags", 1],
    ["a^b", "a ^ that is not at the start", 2],
    ["(a$|b)", "a $ that is not at the end", 3],
    ["a++", "a possessive quantifier", 2],
    ["\\Aa", "the escape \\A", 1],
    ["a{5000}", "a count over 1600", 2],
    ["(a*){1000}", "a count over 32 of what may be empty", 5],
  ])("%s", (pattern, what, position) => {
    expect(() => checkRegex(pattern, "r")).toThrow(
      expect.objectContaining({
        code: "unsupported_parameter",
        param: "r",
        message: expect.stringContaining(`${what} cannot be enforced, at character ${position} `),
      }),
    );
  });
});

describe("a broken regular expression is refused", () => {
  test.each([
    "(",
    ")",
    "a)",
    "[a",
    "[z-a]",
    "*a",
    "a**",
    "a{2",
    "a{3,2}",
    "{",
    "}",
    "a]",
    "\\",
    "\\u{110000}",
    "\\ud800",
    "(?<1>a)",
    "[\\w-z]",
    "\\xg1",
    "[]",
  ])("%s", (pattern) =>
    expect(() => checkRegex(pattern, "r")).toThrow(expect.objectContaining({ code: "invalid_request" })),
  );
});

describe("what a pattern matches is what JavaScript matches", () => {
  const texts = [
    "",
    "a",
    "b",
    "ab",
    "aab",
    "abc",
    "xabcx",
    "a1",
    "12",
    "é",
    "\n",
    "👍",
    "a-b",
    "A_",
    " \t",
    "ba",
    "aaaa",
  ];
  test.each([
    "a",
    "^a",
    "a$",
    "^a$",
    "^$",
    "a|^b$",
    "^(a|ab)(c|bc)?$",
    "^[^a]$",
    "^.$",
    "a+?b*",
    "\\d",
    "^\\W+$",
    "^(?:a|b){2,3}$",
    "\\u{1F44D}",
    "[\\]a-]",
    "^\\s+$",
    "(a*)*b",
  ])("%s", (pattern) => {
    const regex = new Regex(pattern, "r");
    const real = new RegExp(pattern, "u");
    expect(texts.filter((text) => regex.test(text))).toEqual(texts.filter((text) => real.test(text)));
    const whole = new RegExp(`^(?:${pattern})$`, "u");
    if (!/[$^]/.test(pattern.replace("[^", ""))) {
      expect(texts.filter((text) => matchesWhole(regex.whole(), text))).toEqual(
        texts.filter((text) => whole.test(text)),
      );
    }
  });

  test("in a time that grows with the text alone", () => {
    expect(new Regex("^(a+)+$", "r").test(`${"a".repeat(2000)}b`)).toBe(false);
  });
});

describe("a grammar that is wrong is refused with its place", () => {
  test.each([
    ["", 'rule "root"', null],
    ['start ::= "a"', 'rule "root"', null],
    ["root ::= missing", 'the rule "missing" is not defined', "line 1, column 10"],
    ['root ::= "a"\nb ::= c', 'the rule "c" is not defined', "line 2, column 7"],
    ['root ::= "a', "no closing quote", "line 1, column 10"],
    ['root ::= "a"\n\nroot ::= "b"', "defined twice", "line 3, column 1"],
    ["root ::= [a", "no ]", "line 1, column 10"],
    ["root ::= [z-a]", "ends before it begins", "line 1, column 11"],
    ["root ::= []", "is empty", "line 1, column 10"],
    ['root ::= ("a"', "no )", "line 1, column 10"],
    ['root ::= "a")', "no (", "line 1, column 13"],
    ['root ::= "a" |', "a choice is empty", "line 1, column 15"],
    ['root ::= "a"{2,1}', "below its start", "line 1, column 13"],
    ['root ::= "a"{x}', "a count is", "line 1, column 13"],
    ['root = "a"', '"::=" is expected', "line 1, column 6"],
    ['root ::= "\\q"', "escape \\q", "line 1, column 11"],
    ['root ::= "\\ud800"', "no Unicode character", "line 1, column 11"],
    ["root ::= *", '"*" is not expected', "line 1, column 10"],
    ["?", "name of a rule", "line 1, column 1"],
    ["root ::= root", "never ends", null],
    ['root ::= "a" | b\nb ::= "x" b', "never ends", null],
  ])("%s", (grammar, what, place) => {
    const error = expect.objectContaining({
      code: "invalid_request",
      message: expect.stringContaining(what),
    });
    expect(() => checkGrammar(grammar, "g")).toThrow(error);
    if (place) expect(() => checkGrammar(grammar, "g")).toThrow(place);
  });

  test.each(['root ::= TagDispatch(("a", b))', 'root ::= "a" (= "b")', 'root ::= "a"{9000}'])(
    "%s is not supported",
    (grammar) => {
      expect(() => checkGrammar(grammar, "g")).toThrow(
        expect.objectContaining({ code: "unsupported_parameter" }),
      );
    },
  );
});

describe("choices", () => {
  test.each<[string, unknown[], string]>([
    ["none", [], "c"],
    ["an empty text", ["a", ""], "c[1]"],
    ["a number", [1], "c[0]"],
    ["half a character", ["\ud800"], "c[0]"],
    ["too many", Array.from({ length: 1001 }, String), "c"],
    ["too long", ["x".repeat(70000)], "c"],
  ])("%s", (_, choices, param) => {
    expect(() => checkChoice(choices, "c")).toThrow(
      expect.objectContaining({ code: "invalid_request", param }),
    );
  });
});
