import type { Expected, Fault } from "./scan.ts";

/** A mistake that people and programs really make, recognised by the text at the fault and before it. */
interface Mistake {
  expected?: readonly Expected[];
  here?: RegExp;
  before?: RegExp;
  /** Matches the whole text; tried only if the fault is at its start. */
  whole?: RegExp;
  advice: string;
}

const byTool = "json.dumps and JSON.stringify write it right";
const python = "Python's str() is no JSON: send json.dumps(body), or json=body";
const byFile = "put the JSON into a file and send it with: curl -d @FILE";

/** The first match applies. */
const mistakes: readonly Mistake[] = [
  {
    whole: /^\[object /,
    advice: "JavaScript wrote an object's name instead of the object: send JSON.stringify(body).",
  },
  {
    whole: /^[\w.%[\]-]+=/,
    advice:
      "This is a form. Send JSON: curl -d '{\"model\": …}', and json=body in Python instead of data=body.",
  },
  { whole: /^</, advice: "This is HTML or XML. Send JSON." },
  { whole: /^@/, advice: "curl reads a file only after -d and --data-binary, not after --data-raw." },
  { whole: /^'\s*[{[]/, advice: `The shell's quotes came along, as with cmd in Windows: ${byFile}` },
  { whole: /^\{\s*\w+\s*:[^"]*$/, advice: `The shell took the double quotes away: ${byFile}` },
  {
    expected: ["character"],
    here: /^[\n\r]/,
    advice: `A line break in a string is written \\n (${byTool}). Or the closing quote is missing on this line.`,
  },
  { expected: ["character"], here: /^\t/, advice: `A tab in a string is written \\t; ${byTool}.` },
  {
    expected: ["character"],
    here: /^./s,
    advice: `A control character in a string is written \\u and four hex digits; ${byTool}.`,
  },
  {
    expected: ["character"],
    advice: `The string has no closing quote. The text was cut off, or an apostrophe ended the shell's quotes: ${byFile}`,
  },
  { expected: ["escape"], here: /^\\'/, advice: "An apostrophe takes no backslash." },
  {
    expected: ["escape"],
    advice: `A backslash in a string is written \\\\, as in C:\\\\models; ${byTool}.`,
  },
  {
    expected: ["value", "key"],
    here: /^\\+"/,
    advice: `Write the quotes without backslashes; a shell needs those only between double quotes. Or ${byFile}`,
  },
  { here: /^(\/[/*]|#)/, advice: "JSON has no comments: remove it." },
  { here: /^[“”„‟«»‘’‚]/, advice: 'These are typographic quotes: write ".' },
  { here: /^[}\]]/, before: /,\s*$/, advice: "Remove the comma before it." },
  {
    expected: ["value", "key", "next"],
    here: /^'/,
    advice: `Strings stand in double quotes. ${python}.`,
  },
  { expected: ["value", "key"], here: /^`/, advice: "Strings stand in double quotes." },
  {
    expected: ["value", "key"],
    here: /^(True|False|None)\b/,
    advice: `JSON has true, false and null. ${python}.`,
  },
  {
    expected: ["value", "key"],
    here: /^[-+]?(NaN|nan|Infinity|inf)\b/,
    advice: "JSON has no NaN and no infinity: send a number or null.",
  },
  { expected: ["value"], here: /^undefined\b/, advice: "Leave the key out, or send null." },
  {
    expected: ["key"],
    here: /^\{/,
    before: /\{\s*$/,
    advice:
      "Doubled braces belong to an f-string or a template that was not filled in: build an object and send json.dumps(body).",
  },
  {
    expected: ["key"],
    here: /^[\w.]+\s*\}/,
    before: /\{\s*$/,
    advice: "This is a placeholder that was not filled in: an f-string needs an f before its quotes.",
  },
  { expected: ["key"], here: /^[\w$][\w$-]*\s*:/, advice: "Put the key in double quotes." },
  {
    expected: ["value"],
    here: /^\$/,
    advice: `A shell fills in variables only within double quotes: ${byFile}`,
  },
  { here: /^(\.\.\.|…)/, advice: "Put in what the example leaves out." },
  {
    expected: ["value"],
    here: /^[-+.\d]/,
    advice:
      "Numbers are written like 0.5, -1 or 1e3: no +, no leading zero, a digit on both sides of the point.",
  },
  { expected: ["value"], here: /^[\p{L}_<]/u, advice: "Put text in double quotes." },
  {
    expected: ["next", "colon"],
    here: /^[\p{L}\d]/u,
    before: /"$/,
    advice: `A quote in a string is written \\"; ${byTool}.`,
  },
  { expected: ["next"], here: /^["{[\p{L}\d-]/u, advice: "Put a comma before it." },
  { expected: ["colon"], here: /^[,}]/, advice: "The key has no value: put a colon and one behind it." },
  { expected: ["after"], here: /^'/, advice: `The shell's quotes came along: ${byFile}` },
  { expected: ["after"], here: /^[}\]]/, advice: "There is a closing bracket too many." },
  { expected: ["after"], here: /^[{[]/, advice: "Send one JSON value, not several." },
];

/** The sentence that states how to repair it; empty: none is known. */
export function advise(text: string, fault: Fault): string {
  const { at, expected, open } = fault;
  const here = text.slice(at, at + 60);
  const before = text.slice(Math.max(0, at - 60), at);
  const isStart = before.trim().length < 2;
  const whole = isStart ? text.slice(0, 10_000).trimStart() : null;
  const found = mistakes.find(
    (mistake) =>
      (mistake.expected?.includes(expected) ?? true) &&
      (mistake.here?.test(here) ?? true) &&
      (mistake.before?.test(before) ?? true) &&
      (mistake.whole === undefined || (whole !== null && mistake.whole.test(whole))),
  );
  if (found) return found.advice;
  return at === text.length && open.length > 0
    ? `It ends ${open.length === 1 ? "with a bracket" : `with ${open.length} brackets`} still open: the text was cut off, or an apostrophe ended the shell's quotes.`
    : "";
}
