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
    ["(?i)a", "a group with flags", 1],
    ["a^b", "a ^ that is not at the start", 2],
    ["x(a$|b)", "a $ that is not at the end", 4],
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
    "\\p{Nothing}",
    "\\pL",
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
    "^\\p{L}+$",
    "\\P{ASCII}",
    "^[\\p{Lu}\\p{Nd}_]+$",
    "^\\p{Script=Greek}|\\p{Emoji_Presentation}$",
    "^(a|b$)",
    "^(?:(a)|(^b))$",
    "(^a$)|(^b$)",
    "^((?:a|ab))$",
    "((((b|a$))))",
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

describe("what is no regular language is made looser where that is asked for", () => {
  test.each<[pattern: string, allowed: string[], forbidden: string[], notes: number]>([
    ["^(?=.*[a-z])(?=.*\\d)[a-z\\d]{4,6}$", ["ab12", "abcd"], ["ab1", "ABCD"], 2],
    ["^(?!-)[a-z-]+(?<!-)$", ["a-b", "-a"], ["A", ""], 2],
    ["\\bword\\b", ["a word here", "swords"], ["wor"], 2],
    ["^(\\d)-\\1$", ["1-1", "1-2", "1-"], ["1-a", "1"], 1],
    ["^(?<q>['\"])\\w+\\k<q>$", ["'a'", "'a\""], ["'a1-", "a'"], 1],
    ["x(a$|^b)", ["xa", "xb", "xac"], ["x"], 2],
    ["^a{0,5000}$", ["", "a", "aaa"], ["b"], 1],
    ["^(a*){100}$", ["", "a", "aaa"], ["b"], 1],
    ["^{[a-z]+}$", ["{a}"], ["a"], 0],
  ])("%s", (pattern, allowed, forbidden, notes) => {
    const found: string[] = [];
    const regex = new Regex(pattern, "r", { widen: ({ why }) => found.push(why) });
    expect(allowed.filter((text) => !regex.test(text))).toEqual([]);
    expect(forbidden.filter((text) => regex.test(text))).toEqual([]);
    expect(found).toHaveLength(notes);
  });
});

describe("counts that multiply are bounded before anything is compiled", () => {
  const counted = (levels: number, count: string, item: string) =>
    Array.from({ length: levels }).reduce<string>((inner) => `(${inner})${count}`, item);
  const attacks: [string, () => unknown][] = [
    ["a grammar of 47 bytes", () => checkGrammar('root ::= ((("a"{0,1500}){0,1500}){0,1500})', "g")],
    ["one with rules", () => checkGrammar('root ::= a{0,1500}\na ::= b{0,1500}\nb ::= "x"{0,1500}', "g")],
    [
      "one with rules that are not empty",
      () => checkGrammar('root ::= a{1,1500}\na ::= b{1,1500}\nb ::= "x"{1,1500}', "g"),
    ],
    ["a grammar of groups", () => checkGrammar(`root ::= ${counted(20, "{1,9}", '"a" "b"')}`, "g")],
    ["a regex", () => checkRegex(counted(3, "{1,1500}", "ab"), "g")],
    ["a regex of what may be empty", () => checkRegex(counted(3, "{0,30}", "a?b?"), "g")],
    ["a deep regex", () => checkRegex(counted(30, "{2}", "[ab]c"), "g")],
    [
      "properties of characters",
      () =>
        checkRegex(
          "L Lu Ll Lt Lm Lo N Nd Nl No P Pc Pd S Sm Z".replace(/\w+ ?/g, (name) => `\\p{${name.trim()}}`),
          "g",
        ),
    ],
    ["an ambiguous regex", () => checkRegex("(a|b)*a(a|b){14}c", "g")],
    ["alternatives without end", () => checkRegex(`(${"(a|b)?".repeat(300)}){1,30}`, "g")],
  ];
  test.each(attacks)("%s", (_, check) => {
    expect(check).toThrow(
      expect.objectContaining({
        code: "invalid_request",
        param: "g",
        message: expect.stringMatching(/at most \d|more than \d/),
      }),
    );
  });
});

test.each([
  ["lines of words", 'root ::= line{1,200}\nline ::= word (" " word){0,30} "\\n"\nword ::= [a-z]{1,20}'],
  ["words that a space may follow", 'root ::= word{1,20}\nword ::= [a-z]{1,10} " "?'],
  ["counts without an end", 'root ::= a* b\na ::= c+\nc ::= "x"{0,16}\nb ::= "y"'],
  [
    "JSON",
    'root ::= "{" (pair ("," pair){0,50})? "}"\npair ::= text ":" value\nvalue ::= text | root | "[" (value ("," value){0,50})? "]"\ntext ::= "\\"" [a-z]{0,30} "\\""',
  ],
])("counts that leave one way, or few, are kept: %s", (_, grammar) => {
  expect(checkGrammar(grammar, "g")).not.toMatchObject({ grammar: expect.stringContaining("-state-") });
});

test("counts of a rule's counts are one automaton where that is not too much", () => {
  const made = checkGrammar('root ::= a{0,16} "y"\na ::= "x"{0,8}', "g");
  expect(made).toEqual(checkGrammar('root ::= "x"{0,128} "y"\na ::= "x"{0,8}', "g"));
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
