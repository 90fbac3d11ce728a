import { isLess } from "./compare.ts";
import { fail } from "./failure.ts";
import type { Filters } from "./filter.ts";
import { isTrue, toItems, typeName } from "./python-types.ts";
import { renderFloat } from "./repr.ts";
import { type Given, needText, type Runtime } from "./runtime.ts";
import { Dict, Tuple, textOf, type Value } from "./values.ts";

interface Style {
  ascii: boolean;
  /** null: all on one line. */
  indent: string | null;
  comma: string;
  colon: string;
  sortKeys: boolean;
}

/** As transformers has it: Python's `json.dumps`, not Jinja's own filter, which escapes for HTML. */
export const jsonFilters: Filters = {
  tojson: {
    parameters: ["ensure_ascii", "indent", "separators", "sort_keys"],
    run: (value, given, { budget }) => render(value, toStyle(given), "\n", budget),
  },
};

function toStyle([ascii, indent, separators, sortKeys]: Given): Style {
  const step = indent === undefined || indent === null ? null : toIndent(indent);
  const [comma, colon] = separators === undefined || separators === null ? [] : toItems(separators);
  return {
    ascii: isTrue(ascii ?? false),
    indent: step,
    comma: comma === undefined ? (step === null ? ", " : ",") : needText(comma, "tojson"),
    colon: colon === undefined ? ": " : needText(colon, "tojson"),
    sortKeys: isTrue(sortKeys ?? false),
  };
}

function toIndent(indent: Value): string {
  const count =
    typeof indent === "boolean" ? Number(indent) : typeof indent === "bigint" ? Number(indent) : null;
  if (count !== null && count > 1000) return fail("an indent of more than 1000");
  return count === null ? needText(indent, "tojson") : " ".repeat(Math.max(0, count));
}

/** `line`: a line break with the indentation of where the value stands. */
function render(value: Value, style: Style, line: string, budget: Runtime["budget"]): string {
  budget.step();
  const text = textOf(value);
  if (text !== null) {
    budget.text(text.length);
    return quote(text, style.ascii);
  }
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number") return renderNumber(value);
  if (Array.isArray(value)) return renderList(value, style, line, budget);
  if (value instanceof Tuple) return renderList(value.items, style, line, budget);
  if (value instanceof Dict) return renderDict(value, style, line, budget);
  return fail(`Object of type ${typeName(value)} is not JSON serializable`);
}

function renderNumber(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (Number.isFinite(value)) return renderFloat(value);
  return value > 0 ? "Infinity" : "-Infinity";
}

function renderList(items: readonly Value[], style: Style, line: string, budget: Runtime["budget"]): string {
  const inner = line + (style.indent ?? "");
  return enclose(
    "[]",
    items.map((item) => render(item, style, inner, budget)),
    style,
    line,
  );
}

function renderDict(dict: Dict, style: Style, line: string, budget: Runtime["budget"]): string {
  const inner = line + (style.indent ?? "");
  const entries = style.sortKeys ? sortEntries(dict) : dict.entries();
  const parts = entries.map(
    ([key, value]) => `${quote(toKey(key), style.ascii)}${style.colon}${render(value, style, inner, budget)}`,
  );
  return enclose("{}", parts, style, line);
}

function enclose(brackets: string, parts: readonly string[], { indent, comma }: Style, line: string): string {
  const [open = "", close = ""] = brackets;
  if (parts.length === 0 || indent === null) return open + parts.join(comma) + close;
  const inner = line + indent;
  return open + inner + parts.join(comma + inner) + line + close;
}

function toKey(key: Value): string {
  const text = textOf(key);
  if (text !== null) return text;
  if (key === null || typeof key === "boolean" || typeof key === "bigint") return String(key);
  if (typeof key === "number") return renderNumber(key);
  return fail(`keys must be str, int, float, bool or None, not ${typeName(key)}`);
}

function sortEntries(dict: Dict): (readonly [Value, Value])[] {
  return [...dict.entries()].sort(([left], [right]) =>
    isLess(left, right) ? -1 : isLess(right, left) ? 1 : 0,
  );
}

const named: Record<string, string> = {
  ...{ '"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f" },
};
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON escapes them
const special = /["\\\u0000-\u001f]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON escapes them
const beyondAscii = /["\\\u0000-\u001f]|[^\u0000-\u007f]/g;

function quote(text: string, ascii: boolean): string {
  const toEscape = (char: string): string =>
    named[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return `"${text.replace(ascii ? beyondAscii : special, toEscape)}"`;
}
