import { fail } from "./failure.ts";
import type { Filters } from "./filter.ts";
import { formatPercent } from "./format-percent.ts";
import { escapeHtml, stripTags } from "./html.ts";
import { isTrue, itemsOf, lengthOf, toPair, typeName } from "./python-types.ts";
import { toRepr, toText } from "./repr.ts";
import { type Given, needInt, needText, type Runtime, withPositional } from "./runtime.ts";
import { callTextMethod, capitalize, justify, strip } from "./text-methods.ts";
import { splitLines } from "./text-split.ts";
import { Dict, Markup, Tuple, textOf, Undefined, type Value } from "./values.ts";
import { wrapText } from "./wrap.ts";

/** The value as text, marked if it was. */
function soft(value: Value): string | Markup {
  return value instanceof Markup ? value : toText(value);
}

function sameKind(value: Value, text: string): string | Markup {
  return value instanceof Markup ? new Markup(text) : text;
}

export const textFilters: Filters = {
  upper: { parameters: [], run: (value) => sameKind(value, toText(value).toUpperCase()) },
  lower: { parameters: [], run: (value) => sameKind(value, toText(value).toLowerCase()) },
  capitalize: { parameters: [], run: (value) => sameKind(value, capitalize(toText(value))) },
  title: { parameters: [], run: (value) => toTitle(toText(value)) },
  string: { parameters: [], run: soft },
  trim: {
    parameters: ["chars"],
    run: (value, [chars]) => sameKind(value, strip(toText(value), chars, true, true)),
  },
  center: {
    parameters: ["width"],
    run: (value, [width], runtime) => justify(toText(value), [width ?? 80n], "^", runtime),
  },
  replace: { parameters: ["old", "new", "count"], run: replace },
  indent: { parameters: ["width", "first", "blank"], run: indent },
  truncate: { parameters: ["length", "killwords", "end", "leeway"], run: truncate },
  wordwrap: {
    parameters: ["width", "break_long_words", "wrapstring", "break_on_hyphens"],
    run: (value, [width, long, wrap, hyphens], { budget }) => {
      const options = { breakLong: isTrue(long ?? true), breakHyphens: isTrue(hyphens ?? true) };
      const lines = splitLines(needText(value, "wordwrap"), false).map((line) =>
        wrapText(toText(line), needInt(width, "wordwrap", 79), options, budget),
      );
      const joint = wrap === undefined || wrap === null ? "\n" : needText(wrap, "wordwrap");
      return lines.map((parts) => parts.join(joint)).join(joint);
    },
  },
  wordcount: {
    parameters: [],
    run: (value) => BigInt((toText(value).match(/[\p{L}\p{N}_]+/gu) ?? []).length),
  },
  e: { parameters: [], run: toMarkup },
  escape: { parameters: [], run: toMarkup },
  forceescape: { parameters: [], run: (value) => new Markup(escapeHtml(toText(value))) },
  safe: { parameters: [], run: (value) => new Markup(toText(value)) },
  striptags: { parameters: [], run: (value) => stripTags(toText(value)) },
  urlencode: { parameters: [], run: urlEncode },
  xmlattr: {
    parameters: ["autospace"],
    run: (value, [space]) => renderAttributes(value, isTrue(space ?? true)),
  },
  format: {
    runAll: (value, { positional, named }, { budget }) => {
      if (positional.length > 0 && named.size > 0)
        return fail("can't handle positional and keyword arguments at the same time");
      const given = named.size > 0 ? new Dict(named) : new Tuple(positional);
      return formatPercent(toText(value), given, budget);
    },
  },
};

function toMarkup(value: Value): Markup {
  return value instanceof Markup ? value : new Markup(escapeHtml(toText(value)));
}

/** Words as they stand between white space, hyphens and opening brackets. */
function toTitle(text: string): string {
  return text
    .split(/([-\s({[<]+)/u)
    .map(capitalize)
    .join("");
}

function replace(value: Value, [old, by, limit]: Given, runtime: Runtime): Value {
  if (old === undefined || by === undefined) return fail("replace needs what to replace, and by what");
  const args = withPositional(toText(old), toText(by), limit ?? -1n);
  if (limit === null) args.positional[2] = -1n;
  return callTextMethod("replace", soft(value), args, runtime);
}

function indent(value: Value, [width, first, blank]: Given, { budget }: Runtime): Value {
  const source = textOf(value);
  if (source === null)
    return value instanceof Undefined ? value.fail() : fail(`indent needs a text, not ${typeName(value)}`);
  const step = width === undefined ? "    " : (textOf(width) ?? " ".repeat(blanks(width, budget)));
  const lines = `${source}\n`.split(/\r\n|[\n\r]/);
  if (lines.at(-1) === "") lines.pop();
  budget.text(source.length + lines.length * step.length);
  const withBlank = isTrue(blank ?? false);
  const indented = lines.map((line, index) => (index > 0 && (withBlank || line !== "") ? step + line : line));
  return sameKind(value, (isTrue(first ?? false) ? step : "") + indented.join("\n"));
}

function blanks(width: Value, budget: Runtime["budget"]): number {
  const count = Math.max(0, needInt(width, "indent", 4));
  budget.text(count);
  return count;
}

function truncate(value: Value, [length, kill, end, leeway]: Given): Value {
  const text = textOf(value);
  const count = text === null ? lengthOf(value) : null;
  if (text === null && count === null) return fail(`truncate needs a text, not ${typeName(value)}`);
  const characters = [...(text ?? " ".repeat(count ?? 0))];
  const most = needInt(length, "truncate", 255);
  const mark = end === undefined ? "..." : needText(end, "truncate");
  const markLength = [...mark].length;
  if (most < markLength) return fail(`expected length >= ${markLength}, got ${most}`);
  const room = leeway === null ? 5 : needInt(leeway, "truncate", 5);
  if (characters.length <= most + room) return value;
  if (text === null) return fail(`truncate needs a text, not ${typeName(value)}`);
  const cut = characters.slice(0, most - markLength).join("");
  if (isTrue(kill ?? false)) return cut + mark;
  const blank = cut.lastIndexOf(" ");
  return (blank === -1 ? cut : cut.slice(0, blank)) + mark;
}

function urlEncode(value: Value): Value {
  const items = textOf(value) === null ? itemsOf(value) : null;
  if (!items) return quoteUrl(toText(value), "/");
  const pairs = value instanceof Dict ? value.entries() : items.map(toPair);
  const quote = (part: Value): string => quoteUrl(toText(part), "").replaceAll("%20", "+");
  return pairs.map(([key, item]) => `${quote(key)}=${quote(item)}`).join("&");
}

function quoteUrl(text: string, safe: string): string {
  const quoted = encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return safe === "/" ? quoted.replaceAll("%2F", "/") : quoted;
}

function renderAttributes(value: Value, space: boolean): string {
  if (!(value instanceof Dict)) return fail(`xmlattr needs a mapping, not ${typeName(value)}`);
  const attributes = value
    .entries()
    .filter(([, item]) => item !== null && !(item instanceof Undefined))
    .map(([key, item]) => {
      const name = toText(key);
      if (/[\s/>=]/.test(name)) fail(`Invalid character in attribute name: ${toRepr(name)}`);
      return `${toMarkup(key).text}="${toMarkup(item).text}"`;
    });
  return (space && attributes.length > 0 ? " " : "") + attributes.join(" ");
}
