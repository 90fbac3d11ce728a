import { fail } from "./failure.ts";
import { formatBraces } from "./format-braces.ts";
import { toItems, typeName } from "./python-types.ts";
import { isPrintable } from "./repr.ts";
import { bind, type Given, needInt, needText, type Runtime } from "./runtime.ts";
import { splitLines, splitText } from "./text-split.ts";
import { type CallArguments, Markup, Tuple, textOf, type Value } from "./values.ts";
import { isSpace, skipSpace, trimEnd } from "./white-space.ts";

interface Method {
  parameters: readonly string[];
  run(text: string, given: Given, runtime: Runtime): Value;
}

const plain = (run: (text: string) => Value): Method => ({ parameters: [], run });
const test = (pattern: RegExp): Method => plain((text) => pattern.test(text));

/** Python's methods of str. */
const methods: Record<string, Method> = {
  upper: plain((text) => text.toUpperCase()),
  lower: plain((text) => text.toLowerCase()),
  casefold: plain((text) => text.toUpperCase().toLowerCase().replaceAll("ς", "σ")),
  title: plain(toTitle),
  capitalize: plain(capitalize),
  swapcase: plain((text) =>
    mapCharacters(text, (char) => (char === char.toUpperCase() ? char.toLowerCase() : char.toUpperCase())),
  ),
  strip: { parameters: ["chars"], run: (text, [chars]) => strip(text, chars, true, true) },
  lstrip: { parameters: ["chars"], run: (text, [chars]) => strip(text, chars, true, false) },
  rstrip: { parameters: ["chars"], run: (text, [chars]) => strip(text, chars, false, true) },
  split: { parameters: ["sep", "maxsplit"], run: (text, given) => splitText(text, given, false) },
  rsplit: { parameters: ["sep", "maxsplit"], run: (text, given) => splitText(text, given, true) },
  splitlines: { parameters: ["keepends"], run: (text, [keep]) => splitLines(text, keep === true) },
  startswith: { parameters: ["prefix", "start", "end"], run: (text, given) => hasEnd(text, given, "start") },
  endswith: { parameters: ["suffix", "start", "end"], run: (text, given) => hasEnd(text, given, "end") },
  replace: { parameters: ["old", "new", "count"], run: replace },
  find: { parameters: ["sub", "start", "end"], run: (text, given) => BigInt(find(text, given, false)) },
  rfind: { parameters: ["sub", "start", "end"], run: (text, given) => BigInt(find(text, given, true)) },
  index: { parameters: ["sub", "start", "end"], run: (text, given) => findOrFail(text, given, false) },
  rindex: { parameters: ["sub", "start", "end"], run: (text, given) => findOrFail(text, given, true) },
  count: { parameters: ["sub", "start", "end"], run: count },
  join: { parameters: ["iterable"], run: join },
  removeprefix: { parameters: ["prefix"], run: (text, [part]) => cutPart(text, part, "start") },
  removesuffix: { parameters: ["suffix"], run: (text, [part]) => cutPart(text, part, "end") },
  partition: {
    parameters: ["sep"],
    run: (text, [sep]) => partition(text, needText(sep, "partition()"), false),
  },
  rpartition: {
    parameters: ["sep"],
    run: (text, [sep]) => partition(text, needText(sep, "rpartition()"), true),
  },
  zfill: { parameters: ["width"], run: zfill },
  center: {
    parameters: ["width", "fillchar"],
    run: (text, given, runtime) => justify(text, given, "^", runtime),
  },
  ljust: {
    parameters: ["width", "fillchar"],
    run: (text, given, runtime) => justify(text, given, "<", runtime),
  },
  rjust: {
    parameters: ["width", "fillchar"],
    run: (text, given, runtime) => justify(text, given, ">", runtime),
  },
  expandtabs: { parameters: ["tabsize"], run: expandTabs },
  isdigit: test(/^[\p{Nd}\u00b2\u00b3\u00b9\u2070\u2074-\u2079\u2080-\u2089\u2460-\u2468]+$/u),
  isdecimal: test(/^\p{Nd}+$/u),
  isnumeric: test(/^\p{N}+$/u),
  isalpha: test(/^\p{L}+$/u),
  isalnum: test(/^[\p{L}\p{N}]+$/u),
  isascii: plain((text) => [...text].every((char) => char <= "\x7f")),
  isidentifier: test(/^[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]*$/u),
  isspace: plain((text) => text !== "" && [...text].every(isSpace)),
  isupper: plain((text) => text === text.toUpperCase() && text !== text.toLowerCase()),
  islower: plain((text) => text === text.toLowerCase() && text !== text.toUpperCase()),
  istitle: plain((text) => text === toTitle(text) && /\p{L}/u.test(text)),
  isprintable: plain(isPrintable),
};

export function hasTextMethod(name: string): boolean {
  return name === "format" || Object.hasOwn(methods, name);
}

/** Calls a method of str; what it gives of marked text is marked. */
export function callTextMethod(
  name: string,
  owner: string | Markup,
  args: CallArguments,
  runtime: Runtime,
): Value {
  const text = owner instanceof Markup ? owner.text : owner;
  runtime.budget.text(text.length);
  const method = methods[name];
  const result = method
    ? method.run(text, bind(name, method.parameters, args), runtime)
    : format(text, args, runtime);
  if (typeof result === "string") runtime.budget.size(result.length);
  return owner instanceof Markup && typeof result === "string" ? new Markup(result) : result;
}

function format(text: string, args: CallArguments, runtime: Runtime): string {
  const access = (value: Value, key: Value, isAttribute: boolean): Value =>
    isAttribute ? runtime.attribute(value, textOf(key) ?? "") : runtime.item(value, key);
  return formatBraces(text, args, access, runtime.budget);
}

function mapCharacters(text: string, map: (char: string) => string): string {
  return [...text].map(map).join("");
}

export function capitalize(text: string): string {
  const [first = ""] = text;
  return first.toUpperCase() + text.slice(first.length).toLowerCase();
}

/** Every letter behind what is no letter is a capital, the others are small. */
function toTitle(text: string): string {
  let inWord = false;
  return mapCharacters(text, (char) => {
    const isLetter = char.toLowerCase() !== char.toUpperCase();
    const shown = inWord ? char.toLowerCase() : char.toUpperCase();
    inWord = isLetter;
    return shown;
  });
}

export function strip(text: string, chars: Value | undefined, start: boolean, end: boolean): string {
  if (chars === undefined || chars === null) {
    const behind = start ? text.slice(skipSpace(text, 0)) : text;
    return end ? trimEnd(behind) : behind;
  }
  const set = new Set(needText(chars, "strip()"));
  const characters = [...text];
  let from = 0;
  let to = characters.length;
  while (start && from < to && set.has(characters[from] ?? "")) from += 1;
  while (end && to > from && set.has(characters[to - 1] ?? "")) to -= 1;
  return characters.slice(from, to).join("");
}

/** The part of a text that the arguments `start` and `end` name, and where it starts; null: behind the end. */
function part(text: string, [, start, end]: Given): { text: string; offset: number } | null {
  if ((start ?? null) === null && (end ?? null) === null) return { text, offset: 0 };
  const characters = [...text];
  const place = (value: Value | undefined, fallback: number): number => {
    const at = value === null ? fallback : needInt(value, "a place in a text", fallback);
    return at < 0 ? Math.max(0, characters.length + at) : at;
  };
  const offset = place(start, 0);
  if (offset > characters.length) return null;
  return { text: characters.slice(offset, place(end, characters.length)).join(""), offset };
}

function hasEnd(text: string, given: Given, side: "start" | "end"): boolean {
  const [wanted] = given;
  const within = part(text, given);
  const parts = wanted instanceof Tuple ? wanted.items : [wanted];
  return parts.some((value) => {
    const end = needText(value, `${side}swith()`);
    return within !== null && (side === "start" ? within.text.startsWith(end) : within.text.endsWith(end));
  });
}

function replace(text: string, [old, by, limit]: Given, { budget }: Runtime): string {
  const [from, to] = [needText(old, "replace()"), needText(by, "replace()")];
  const most = needInt(limit, "replace()", -1);
  const pieces = from === "" ? ["", ...text, ""] : text.split(from);
  const times = most < 0 ? pieces.length - 1 : Math.min(most, pieces.length - 1);
  budget.text(text.length + times * to.length);
  if (times === pieces.length - 1) return pieces.join(to);
  const rest = pieces.slice(times).join(from);
  return [...pieces.slice(0, times), rest].join(to);
}

function find(text: string, given: Given, last: boolean): number {
  const sub = needText(given[0], "find()");
  const within = part(text, given);
  if (!within) return -1;
  const at = last ? within.text.lastIndexOf(sub) : within.text.indexOf(sub);
  return at === -1 ? -1 : within.offset + [...within.text.slice(0, at)].length;
}

function findOrFail(text: string, given: Given, last: boolean): bigint {
  const at = find(text, given, last);
  return at === -1 ? fail("substring not found") : BigInt(at);
}

function count(text: string, given: Given): bigint {
  const sub = needText(given[0], "count()");
  const within = part(text, given);
  if (!within) return 0n;
  return BigInt(sub === "" ? [...within.text].length + 1 : within.text.split(sub).length - 1);
}

function join(text: string, [items]: Given, { budget }: Runtime): string {
  const parts = toItems(items ?? null).map((item, index) => {
    if (textOf(item) === null) fail(`sequence item ${index}: expected str instance, ${typeName(item)} found`);
    return textOf(item) ?? "";
  });
  budget.text(parts.reduce((sum, { length }) => sum + length, text.length * parts.length));
  return parts.join(text);
}

function cutPart(text: string, value: Value | undefined, side: "start" | "end"): string {
  const cut = needText(value, "removing a part");
  if (cut === "") return text;
  if (side === "start") return text.startsWith(cut) ? text.slice(cut.length) : text;
  return text.endsWith(cut) ? text.slice(0, -cut.length) : text;
}

function partition(text: string, sep: string, last: boolean): Tuple {
  if (sep === "") return fail("empty separator");
  const at = last ? text.lastIndexOf(sep) : text.indexOf(sep);
  if (at === -1) return new Tuple(last ? ["", "", text] : [text, "", ""]);
  return new Tuple([text.slice(0, at), sep, text.slice(at + sep.length)]);
}

function zfill(text: string, [width]: Given, { budget }: Runtime): string {
  const wide = needInt(width, "zfill()", 0);
  budget.text(wide);
  const sign = /^[+-]/.exec(text)?.[0] ?? "";
  const missing = Math.max(0, wide - [...text].length);
  return sign + "0".repeat(missing) + text.slice(sign.length);
}

export function justify(
  text: string,
  [width, fill]: Given,
  side: "<" | ">" | "^",
  { budget }: Runtime,
): string {
  const wide = needInt(width, "justifying", 0);
  const char = fill === undefined ? " " : needText(fill, "justifying");
  if ([...char].length !== 1) return fail("The fill character must be exactly one character long");
  budget.text(wide);
  const missing = Math.max(0, wide - [...text].length);
  // Python puts the odd one in front where the width is odd, too.
  const half = Math.floor(missing / 2) + (missing & wide & 1);
  const before = side === "<" ? 0 : side === ">" ? missing : half;
  return char.repeat(before) + text + char.repeat(missing - before);
}

function expandTabs(text: string, [size]: Given, { budget }: Runtime): string {
  const wide = needInt(size, "expandtabs()", 8);
  let column = 0;
  const pieces = [...text].map((char) => {
    if (char === "\n" || char === "\r") column = 0;
    else if (char !== "\t") column += 1;
    if (char !== "\t") return char;
    const blanks = wide > 0 ? wide - (column % wide) : 0;
    budget.text(blanks);
    column += blanks;
    return " ".repeat(blanks);
  });
  return pieces.join("");
}
