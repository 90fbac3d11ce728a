import { checkChoice, checkRegex } from "../../src/grammar/choice.ts";
import { checkGrammar } from "../../src/grammar/ebnf/check.ts";
import { toStrictGrammar } from "../helpers/strict-grammar.ts";

const regexes = [
  "(yes|no|maybe)",
  "^\\w{3,8}$",
  "[A-Z][a-z]{2,5}(, [A-Z][a-z]{2,5}){1,2}\\.",
  "\\d{3}-\\d{4}|\\(\\d{3}\\) \\d{3}",
  "(?:ab|cd)+?x",
  "(?<year>\\d{4})-(?<month>0[1-9]|1[0-2])",
  "[^\\d\\n]{5,10}",
  "a.c[\\]\\-^]\\$\\u{1F600}?",
  "\\x41\\u0042\\cJ\\t[\\s]",
  "x{150}",
  "[0-9]{1,50}",
  "[0-9]{70,100}",
  "[2-9]\\d{5}|[1-9]\\d{6}|[1-9]\\d{7}",
  "\\d*\\dx",
  "(a*)*b",
  "",
];

/** Texts that are not JSON: what makes the grammar, and how to tell that an answer fits. */
export const textCases: [name: string, grammar: () => unknown, fits: (text: string) => boolean][] = [
  ...regexes.map((pattern): (typeof textCases)[number] => [
    `regex ${pattern}`,
    () => checkRegex(pattern, "r"),
    (text) => new RegExp(`^(?:${pattern})$`, "u").test(text),
  ]),
  [
    "choice",
    () => checkChoice(["yes", "no", "yes", 'ja «é» 👍\n"\\'], "c"),
    (text) => ["yes", "no", 'ja «é» 👍\n"\\'].includes(text),
  ],
  [
    "grammar with recursion",
    () => checkGrammar('root ::= "(" root ")" | [0-9]+ # end\n', "g"),
    (text) => /^\(*\d+\)*$/.test(text),
  ],
  [
    "grammar with left recursion",
    () => checkGrammar('root ::= sum "="\nsum ::= sum "+" n | n\nn ::= [0-9]{1,2}', "g"),
    (text) => /^\d{1,2}(\+\d{1,2})*=$/.test(text),
  ],
  [
    "grammar over several lines",
    () => checkGrammar('# head\nroot ::= (\n  "a"\n  | b? "\\u00e9"\n)\nb ::= "b" {2, 3}\n', "g"),
    (text) => /^(a|(b{2,3})?é)$/.test(text),
  ],
  [
    "grammar with escapes",
    () => checkGrammar('root ::= "\\x41\\n\\"\\\\" [^\\x00-\\x7f\\]] [-a\\-]', "g"),
    (text) => /^A\n"\\[^\0-\x7f][-a]$/u.test(text),
  ],
  [
    "escapes of JSON and nothing else",
    () => ({ type: "ebnf", grammar: escapesAlone() }),
    (text) => JSON.parse(text).isWellFormed() && /^"(\\(["\\/bfnrt]|u[0-9a-f]{4})){4,8}"$/i.test(text),
  ],
  [
    "json_object",
    () => toStrictGrammar({ type: "object" }, "s"),
    (text) => JSON.parse(text).constructor === Object,
  ],
];

/** The rules of any JSON string with a root that leaves nothing but escapes. */
function escapesAlone(): string {
  const { grammar } = toStrictGrammar({ type: "string" }, "s");
  return `root ::= "\\u0022" ("\\u005c" escape){4,4} "\\u0022"\n${grammar.replaceAll(/^root .*\n/gm, "")}`;
}
