import type { Budget } from "./budget.ts";
import { toNumber } from "./compare.ts";
import { fail } from "./failure.ts";
import { type Layout, renderNumber } from "./format-number.ts";
import { typeName } from "./python-types.ts";
import { toRepr, toText } from "./repr.ts";
import { type CallArguments, textOf, type Value } from "./values.ts";

/** Looks up what follows a field's name: `.name` or `[key]`. */
export type Access = (value: Value, key: Value, isAttribute: boolean) => Value;

/** Python's `text.format(…)`, as far as one level of fields. */
export function formatBraces(text: string, args: CallArguments, access: Access, budget: Budget): string {
  let result = "";
  let automatic = 0;
  let at = 0;
  while (at < text.length) {
    const char = text.charAt(at);
    if ((char === "{" || char === "}") && text[at + 1] === char) {
      result += char;
      at += 2;
    } else if (char === "{") {
      const end = findClose(text, at);
      const field = splitField(text.slice(at + 1, end));
      const name = /^[^.[]*/.exec(field.name)?.[0] ?? "";
      const path = field.name.slice(name.length);
      const start = name === "" ? argument(args, String(automatic++)) : argument(args, name);
      result += renderField(follow(start, path, access), field, args, budget);
      at = end + 1;
    } else if (char === "}") {
      return fail("Single '}' encountered in format string");
    } else {
      result += char;
      at += 1;
    }
  }
  budget.text(result.length);
  return result;
}

function findClose(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    if (text[at] === "{") depth += 1;
    if (text[at] === "}" && --depth === 0) return at;
  }
  return fail("expected '}' before end of string");
}

/** Where the layout starts: the first colon outside of brackets. */
function findColon(field: string): number {
  let depth = 0;
  for (let at = 0; at < field.length; at++) {
    if (field[at] === "[") depth += 1;
    if (field[at] === "]") depth -= 1;
    if (field[at] === ":" && depth <= 0) return at;
  }
  return -1;
}

interface Field {
  name: string;
  conversion: string;
  spec: string;
}

function splitField(field: string): Field {
  const colon = findColon(field);
  const head = colon === -1 ? field : field.slice(0, colon);
  const spec = colon === -1 ? "" : field.slice(colon + 1);
  const mark = head.lastIndexOf("!");
  if (mark === -1) return { name: head, conversion: "", spec };
  return { name: head.slice(0, mark), conversion: head.slice(mark + 1), spec };
}

function argument({ positional, named }: CallArguments, name: string): Value {
  const value = /^\d+$/.test(name) ? positional[Number(name)] : named.get(name);
  return value === undefined ? fail(`a format string names "${name}", which it is not given`) : value;
}

function follow(start: Value, path: string, access: Access): Value {
  let value = start;
  for (const [, attribute, key] of path.matchAll(/\.([^.[]+)|\[([^\]]{0,200})\]/g)) {
    if (attribute !== undefined) value = access(value, attribute, true);
    else if (key !== undefined) value = access(value, /^\d+$/.test(key) ? BigInt(key) : key, false);
  }
  return value;
}

function renderField(value: Value, { conversion, spec }: Field, args: CallArguments, budget: Budget): string {
  const converted = conversion === "" ? value : conversion === "r" ? toRepr(value) : toText(value);
  const whole = spec.replace(/\{(\w*)\}/g, (_, name: string) => toText(argument(args, name)));
  return formatValue(converted, whole, budget);
}

const specification = /^(?:([\s\S])?([<>=^]))?([-+ ])?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/u;

/** Python's `format(value, spec)`. */
function formatValue(value: Value, spec: string, budget: Budget): string {
  if (spec === "") return toText(value);
  const match = specification.exec(spec);
  if (!match) return fail(`Invalid format specifier '${spec}' for object of type '${typeName(value)}'`);
  const [, fill, align, sign, alternate, zero, width, grouping, precision, type] = match;
  const layout: Layout = {
    fill: fill ?? (zero ? "0" : " "),
    align: toAlign(align) ?? (zero ? "=" : null),
    sign: sign === "+" || sign === " " ? sign : "-",
    alternate: alternate !== undefined,
    width: Number(width ?? 0),
    grouping: grouping === "," || grouping === "_" ? grouping : "",
    precision: precision === undefined ? null : Number(precision),
    type: type ?? "",
  };
  budget.text(layout.width);
  const number = typeof value === "boolean" && layout.type === "" ? null : toNumber(value);
  if (number !== null && layout.type !== "s") return pad(renderNumber(number, layout), layout, ">");
  const text = textOf(value) ?? (typeof value === "boolean" ? toText(value) : null);
  if (text === null || !(layout.type === "" || layout.type === "s") || number !== null)
    return fail(`Unknown format code '${layout.type}' for object of type '${typeName(value)}'`);
  const cut = layout.precision === null ? text : [...text].slice(0, layout.precision).join("");
  return pad(cut, layout, "<");
}

function toAlign(text: string | undefined): Layout["align"] {
  return text === "<" || text === ">" || text === "^" || text === "=" ? text : null;
}

function pad(text: string, { align, fill, width }: Layout, usual: "<" | ">"): string {
  const missing = Math.max(0, width - [...text].length);
  const side = align === "=" || align === null ? usual : align;
  const before = side === "<" ? 0 : side === ">" ? missing : Math.floor(missing / 2);
  return fill.repeat(before) + text + fill.repeat(missing - before);
}
