import type { Budget } from "./budget.ts";
import { toNumber } from "./compare.ts";
import { fail } from "./failure.ts";
import { type Layout, renderNumber } from "./format-number.ts";
import { typeName } from "./python-types.ts";
import { toRepr, toText } from "./repr.ts";
import { Dict, Tuple, textOf, Undefined, type Value } from "./values.ts";

const directive = /%(?:\(([^)]{0,200})\))?([-#0 +]*)(\*|\d+)?(?:\.(\*|\d+)?)?[hlL]?([\s\S])?/g;

/** Python's `text % values`. */
export function formatPercent(text: string, given: Value, budget: Budget): string {
  const values = given instanceof Tuple ? [...given.items] : [given];
  let used = 0;
  const next = (): Value => {
    const value = values[used++];
    return value === undefined ? fail("not enough arguments for format string") : value;
  };
  const formatted = text.replace(
    directive,
    (whole, key?: string, flags = "", width?: string, precision?: string, type?: string) => {
      if (type === undefined) return fail("incomplete format");
      if (type === "%") return "%";
      const wide = width === "*" ? toSize(next()) : Number(width ?? 0);
      const exact = precision === "*" ? toSize(next()) : precision === undefined ? null : Number(precision);
      const value = key === undefined ? next() : lookUp(given, key);
      budget.text(wide);
      const isExact = /\.(?=[^\d*]|$)/.test(whole.slice(1, -1));
      return render(value, type, flags, wide, exact ?? (isExact ? 0 : null));
    },
  );
  const isMapping = given instanceof Dict || Array.isArray(given) || given instanceof Undefined;
  if (used < values.length && !isMapping) return fail("not all arguments converted during string formatting");
  budget.text(formatted.length);
  return formatted;
}

function lookUp(given: Value, key: string): Value {
  if (!(given instanceof Dict)) return fail("format requires a mapping");
  const value = given.get(key);
  return value === undefined ? fail(`the key '${key}' of a format string is missing`) : value;
}

function toSize(value: Value): number {
  return typeof value === "bigint" ? Number(value) : fail("* wants int");
}

function render(value: Value, type: string, flags: string, width: number, precision: number | null): string {
  const isLeft = flags.includes("-");
  const isZero = flags.includes("0") && !isLeft;
  const layout: Layout = {
    fill: isZero ? "0" : " ",
    align: isZero ? "=" : null,
    sign: flags.includes("+") ? "+" : flags.includes(" ") ? " " : "-",
    alternate: flags.includes("#"),
    width,
    grouping: "",
    precision,
    type: type === "i" || type === "u" ? "d" : type,
  };
  const text = renderValue(value, layout);
  return isLeft ? text.padEnd(width) : text.padStart(width);
}

function renderValue(value: Value, layout: Layout): string {
  const { type, precision } = layout;
  if (type === "s" || type === "r" || type === "a") {
    const text = type === "s" ? toText(value) : toRepr(value);
    return precision === null ? text : [...text].slice(0, precision).join("");
  }
  if (type === "c") return renderCharacter(value);
  if (!"dxXoeEfFgG".includes(type)) return fail(`unsupported format character '${type}'`);
  const number = toNumber(value);
  if (number === null)
    return value instanceof Undefined
      ? value.fail()
      : fail(`%${type} format: a number is required, not ${typeName(value)}`);
  if (type !== "d") return renderNumber("xXo".includes(type) ? number : Number(number), layout);
  return renderNumber(typeof number === "bigint" ? number : BigInt(Math.trunc(number)), {
    ...layout,
    precision: null,
  });
}

function renderCharacter(value: Value): string {
  const text = textOf(value);
  if (text !== null) return [...text].length === 1 ? text : fail("%c requires int or char");
  return typeof value === "bigint" && value >= 0n && value <= 0x10ffffn
    ? String.fromCodePoint(Number(value))
    : fail("%c requires int or char");
}
