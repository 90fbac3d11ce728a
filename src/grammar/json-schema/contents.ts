import { below, exceeded, isRecord, malformed, quote, unsupported } from "../faults.ts";
import { Regex } from "../regex/compile.ts";
import { canonical } from "./accepts.ts";
import { split } from "./decimal.ts";
import type { Enforcement } from "./enforcement.ts";
import { EXACT_DIGITS } from "./numbers.ts";
import { type Schema, type Type, types } from "./schema.ts";

/** Reads the schemas within a schema. */
interface SchemaReader {
  /** The outermost schema as it was given. */
  readonly root: unknown;
  readonly enforcement: Enforcement;
  read(value: unknown, param: string): Schema;
  /** The same, or a schema that allows all where it cannot be read and that may be widened. */
  readOrAny(value: unknown, param: string, keyword: string): Schema;
  /** The schema that a reference names. */
  follow(reference: string, param: string): Schema;
}

/** A keyword of a schema that is being read. */
export interface Keyword {
  keyword: string;
  content: unknown;
  schema: Schema;
  siblings: Record<string, unknown>;
  /** The keyword's own place. */
  param: string;
  reader: SchemaReader;
}

const MOST_VALUES = 1000;

/** Names that other languages have for the types, and letters that Gemini's schemas have. */
const otherNames: Record<string, Type> = {
  int: "integer",
  long: "integer",
  float: "number",
  double: "number",
  str: "string",
  bool: "boolean",
  dict: "object",
  list: "array",
  none: "null",
};

/** What is not a type's name but plainly means one is taken for it, where the schema may be widened. */
export function readTypes(at: Keyword): Type[] {
  const names: unknown[] = Array.isArray(at.content) ? at.content : [at.content];
  const wrong = malformed(
    at.param,
    `must be one or more of ${types.join(", ")}, but is ${quote(at.content)}.`,
  );
  const found = names.map((name) => {
    const exact = types.find((type) => type === name);
    if (exact) return exact;
    const meant = Array.isArray(at.content) && name === null ? "null" : meantType(name);
    if (!meant) throw wrong;
    at.reader.enforcement.note(wrong, at.param, at.keyword);
    return meant;
  });
  if (found.length === 0) throw wrong;
  return at.siblings.nullable === true ? [...found, "null"] : found;
}

function meantType(name: unknown): Type | undefined {
  if (typeof name !== "string") return undefined;
  const lower = name.toLowerCase();
  return (
    types.find((type) => type === lower) ?? (Object.hasOwn(otherNames, lower) ? otherNames[lower] : undefined)
  );
}

/** `at`: of the value itself. */
function readValue({ reader }: Keyword, value: unknown, at: string): [string, unknown] {
  reader.enforcement.budget.spend(2);
  checkValue(value, at, 0);
  return [canonical(value), value];
}

export function readConst(at: Keyword): void {
  at.schema.const = new Map([readValue(at, at.content, at.param)]);
}

function checkValue(value: unknown, param: string, depth: number): void {
  const isExact = typeof value !== "number" || !Number.isInteger(value) || Number.isSafeInteger(value);
  if (!isExact || value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) {
    throw unsupported(
      param,
      "a number beyond 2^53 cannot be listed: it is rounded when the request is read.",
    );
  }
  if (depth > 32) throw unsupported(param, "values nested deeper than 32 cannot be listed.");
  const inner = Array.isArray(value) ? [...value.entries()] : isRecord(value) ? Object.entries(value) : [];
  for (const [key, item] of inner) checkValue(item, below(param, key), depth + 1);
}

/** More values than can be listed are widened to their types. */
export function readEnum(at: Keyword): void {
  const values = readList(at, Number.POSITIVE_INFINITY);
  if (values.length <= MOST_VALUES) {
    at.schema.values = new Map(values.map((value, index) => readValue(at, value, below(at.param, index))));
    return;
  }
  const why = `at most ${MOST_VALUES} items can be enforced, and there are ${values.length}.`;
  at.reader.enforcement.widen(at.param, at.keyword, why);
  const present = new Set(values.map(typeOf));
  require(at, { types: types.filter((type) => present.has(type)) });
}

function typeOf(value: unknown): Type {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return types.find((type) => type === typeof value) ?? "object";
}

/** Demands something of the value beside what the schema's own keywords do. */
export function require({ schema, param }: Keyword, demands: Omit<Schema, "param">): void {
  schema.also = [...(schema.also ?? []), { param, ...demands }];
}

/** A bound that a double holds as it was written, or what `toWhole` makes of one that it does not. */
export function readBound(at: Keyword, isOpen: boolean): number | bigint {
  const { content, param } = at;
  if (typeof content === "bigint") return isSafe(content) ? Number(content) : content;
  if (typeof content !== "number") throw malformed(param, `must be a number, but is ${quote(content)}.`);
  if (!Number.isFinite(content)) throw malformed(param, `must be a number, but is ${content}.`);
  if (Number.isInteger(content) && !Number.isSafeInteger(content)) return toWhole(content, at, isOpen);
  const [whole, decimals] = split(content);
  const isTooLong = isOpen
    ? decimals !== "" && `${whole}${decimals}`.length > EXACT_DIGITS
    : decimals.length > MOST_DECIMALS;
  if (isTooLong) throw unsupported(param, `${content} has more digits than can be enforced.`);
  return content;
}

const MOST_DECIMALS = 25;

function isSafe(value: bigint): boolean {
  return BigInt(Number.MIN_SAFE_INTEGER) <= value && value <= BigInt(Number.MAX_SAFE_INTEGER);
}

/**
 * JSON.parse rounds whole numbers beyond 2^53: many are read as this one. The narrowest bound among them is taken, so that
 * every answer is valid. The limits of 64-bit integers, which schemas made from code have, are taken for themselves.
 */
function toWhole(content: number, { keyword, param }: Keyword, isOpen: boolean): bigint {
  if (Math.abs(content) > 1e40)
    throw unsupported(param, `bounds beyond 1e40 cannot be enforced, and this is ${content}.`);
  const is = BigInt(content);
  const isMost = /max/i.test(keyword);
  const limit = isOpen ? undefined : (isMost ? largest : smallest).get(is);
  if (limit !== undefined) return limit;
  // Doubles have 53 binary digits: half of the distance to the next one is rounded away.
  const rounded = 2n ** BigInt((is < 0n ? -is : is).toString(2).length - 54);
  return isMost ? is - rounded : is + rounded;
}

const largest = new Map([
  [2n ** 63n, 2n ** 63n - 1n],
  [2n ** 64n, 2n ** 64n - 1n],
]);
const smallest = new Map([[-(2n ** 63n), -(2n ** 63n)]]);

export function readMultiple({ content, param }: Keyword): number {
  if (typeof content === "number" && content > 0 && content < 1e21 && content > 1e-20) return content;
  throw malformed(param, `must be a number above 0, but is ${quote(content)}.`);
}

export function readCount({ content, param }: Keyword, most = Number.POSITIVE_INFINITY): number {
  if (typeof content !== "number" || !Number.isInteger(content) || content < 0) {
    throw malformed(param, `must be a whole number of 0 or more, but is ${quote(content)}.`);
  }
  if (content > most) throw unsupported(param, `at most ${most} can be enforced, and this is ${content}.`);
  return content;
}

export function readText({ content, param }: Keyword): string {
  if (typeof content !== "string") throw malformed(param, `must be a string, but is ${quote(content)}.`);
  return content;
}

export function readList({ content, param }: Keyword, most = 1000): unknown[] {
  if (!Array.isArray(content) || content.length === 0) {
    throw malformed(param, `must be a list with at least one item, but is ${quote(content)}.`);
  }
  if (content.length > most) {
    throw unsupported(param, `at most ${most} items can be enforced, and there are ${content.length}.`);
  }
  return content;
}

export function readSchemas(at: Keyword, most?: number): Schema[] {
  return readList(at, most).map((item, index) =>
    at.reader.readOrAny(item, below(at.param, index), at.keyword),
  );
}

export function readProperties({ keyword, content, param, reader }: Keyword): Map<string, Schema> {
  if (!isRecord(content)) throw malformed(param, `must be an object of schemas, but is ${quote(content)}.`);
  return new Map(
    Object.entries(content).map(([name, value]) => [
      name,
      reader.readOrAny(value, below(param, name), keyword),
    ]),
  );
}

export function readRequired({ content, param }: Keyword): string[] {
  if (!Array.isArray(content) || !content.every((name) => typeof name === "string")) {
    throw malformed(param, `must be a list of property names, but is ${quote(content)}.`);
  }
  if (content.length > MOST_VALUES) {
    throw exceeded(param, `has ${content.length} names; at most ${MOST_VALUES} are allowed.`);
  }
  return [...new Set(content)];
}

export function readPattern(pattern: string, at: Keyword, param: string): Regex {
  const { enforcement } = at.reader;
  return new Regex(pattern, param, {
    budget: enforcement.budget,
    widen: (fault) => enforcement.note(fault, param, at.keyword),
  });
}
