import { below, isRecord, malformed, quote, unsupported } from "../faults.ts";
import { Regex } from "../regex/compile.ts";
import { canonical } from "./accepts.ts";
import { formats } from "./formats.ts";
import type { Keyword } from "./keyword.ts";
import { split } from "./numbers.ts";
import { refuseUnless, trivial } from "./refused-keywords.ts";
import { type Schema, type Type, types } from "./schema.ts";

type Handler = (at: Keyword) => void;

/** What says something to people or tools and nothing about the value (JSON Schema 2020-12; OpenAPI 3). */
const annotations = new Set(
  `title description default examples example $schema $comment deprecated readOnly writeOnly contentEncoding
  contentMediaType contentSchema discriminator externalDocs xml $defs definitions nullable enumNames`.split(
    /\s+/,
  ),
);

const handlers: Record<string, Handler> = {
  type: (at) => {
    at.schema.types = readTypes(at);
  },
  enum: (at) => {
    at.schema.values = readValues(at, readList(at));
  },
  const: (at) => {
    at.schema.const = readValues(at, [at.content]);
  },
  minimum: (at) => {
    at.schema[at.siblings.exclusiveMinimum === true ? "exclusiveMinimum" : "minimum"] = readBound(at);
  },
  maximum: (at) => {
    at.schema[at.siblings.exclusiveMaximum === true ? "exclusiveMaximum" : "maximum"] = readBound(at);
  },
  exclusiveMinimum: (at) => {
    if (typeof at.content !== "boolean") at.schema.exclusiveMinimum = readBound(at);
  },
  exclusiveMaximum: (at) => {
    if (typeof at.content !== "boolean") at.schema.exclusiveMaximum = readBound(at);
  },
  minLength: (at) => {
    at.schema.minLength = readCount(at, 1000);
  },
  maxLength: (at) => {
    at.schema.maxLength = readCount(at);
  },
  pattern: (at) => {
    at.schema.pattern = new Regex(readText(at), at.param);
  },
  format: (at) => {
    at.schema.format = readFormat(at);
  },
  properties: (at) => {
    at.schema.properties = readProperties(at);
  },
  patternProperties: (at) => {
    const [first, ...others] = readProperties(at);
    if (others.length > 0) throw unsupported(at.param, "only one pattern can be enforced.");
    if (first)
      at.schema.patternProperty = {
        pattern: new Regex(first[0], below(at.param, first[0])),
        schema: first[1],
      };
  },
  additionalProperties: (at) => {
    at.schema.additionalProperties = at.reader.read(at.content, at.param);
  },
  propertyNames: (at) => {
    at.schema.propertyNames = at.reader.read(at.content, at.param);
  },
  required: (at) => {
    at.schema.required = readRequired(at);
  },
  minProperties: (at) => {
    at.schema.minProperties = readCount(at, 64);
  },
  maxProperties: (at) => {
    at.schema.maxProperties = readCount(at);
  },
  prefixItems: (at) => {
    at.schema.prefixItems = readSchemas(at);
  },
  items: (at) => {
    if (Array.isArray(at.content)) at.schema.prefixItems = readSchemas(at);
    else at.schema.items = at.reader.read(at.content, at.param);
  },
  additionalItems: (at) => {
    if (Array.isArray(at.siblings.items)) at.schema.items = at.reader.read(at.content, at.param);
  },
  minItems: (at) => {
    at.schema.minItems = readCount(at, 1000);
  },
  maxItems: (at) => {
    at.schema.maxItems = readCount(at);
  },
  allOf: (at) => {
    at.schema.also = [...(at.schema.also ?? []), ...readSchemas(at)];
  },
  $ref: (at) => {
    at.schema.also = [...(at.schema.also ?? []), at.reader.follow(readText(at), at.param)];
  },
  anyOf: (at) => {
    at.schema.anyOf = readSchemas(at);
  },
  oneOf: (at) => {
    at.schema.oneOf = readSchemas(at, 32);
  },
  $id: ({ siblings, reader, param }) => {
    if (siblings !== reader.root)
      throw unsupported(param, "a schema with an address of its own cannot be within another.");
  },
};

export function readKeyword(at: Keyword): void {
  if (annotations.has(at.keyword) || at.keyword.startsWith("x-")) return;
  const handler = Object.hasOwn(handlers, at.keyword) ? handlers[at.keyword] : undefined;
  if (handler) handler(at);
  else if (Object.hasOwn(trivial, at.keyword)) refuseUnless(at);
  else
    throw unsupported(
      at.param,
      `the keyword ${quote(at.keyword)} cannot be enforced while the model answers. Leave it out.`,
    );
}

function readTypes(at: Keyword): Type[] {
  const names = Array.isArray(at.content) ? at.content : [at.content];
  const found = names.flatMap((name) => types.filter((type) => type === name));
  if (found.length !== names.length || names.length === 0) {
    throw malformed(at.param, `must be one or more of ${types.join(", ")}, but is ${quote(at.content)}.`);
  }
  return at.siblings.nullable === true ? [...found, "null"] : found;
}

function readValues({ param }: Keyword, values: readonly unknown[]): Map<string, unknown> {
  for (const [index, value] of values.entries()) checkValue(value, below(param, index), 0);
  return new Map(values.map((value) => [canonical(value), value]));
}

function checkValue(value: unknown, param: string, depth: number): void {
  const isExact = typeof value !== "number" || !Number.isInteger(value) || Number.isSafeInteger(value);
  if (!isExact || value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) {
    throw malformed(param, `is the number ${value}, which has no exact form here.`);
  }
  if (depth > 32) throw unsupported(param, "values nested deeper than 32 cannot be listed.");
  const inner = Array.isArray(value) ? [...value.entries()] : isRecord(value) ? Object.entries(value) : [];
  for (const [key, item] of inner) checkValue(item, below(param, key), depth + 1);
}

function readBound({ content, param }: Keyword): number {
  if (typeof content !== "number") throw malformed(param, `must be a number, but is ${quote(content)}.`);
  if (Math.abs(content) > Number.MAX_SAFE_INTEGER) {
    throw unsupported(
      param,
      `bounds beyond ±${Number.MAX_SAFE_INTEGER} cannot be enforced, and this is ${content}.`,
    );
  }
  const [whole, decimals] = split(content);
  const isExact = Math.abs(Number(`${whole}.${decimals}`)) === Math.abs(content);
  if (!isExact || (decimals !== "" && `${Math.abs(whole)}${decimals}`.length > 15)) {
    throw unsupported(param, `${content} has more digits than can be enforced.`);
  }
  return content;
}

function readCount({ content, param }: Keyword, most = Number.POSITIVE_INFINITY): number {
  if (typeof content !== "number" || !Number.isInteger(content) || content < 0) {
    throw malformed(param, `must be a whole number of 0 or more, but is ${quote(content)}.`);
  }
  if (content > most) throw unsupported(param, `at most ${most} can be enforced, and this is ${content}.`);
  return content;
}

function readText({ content, param }: Keyword): string {
  if (typeof content !== "string") throw malformed(param, `must be a string, but is ${quote(content)}.`);
  return content;
}

function readFormat(at: Keyword): Regex {
  const name = readText(at);
  const format = formats.get(name);
  if (format) return format;
  throw unsupported(
    at.param,
    `the format ${quote(name)} cannot be enforced; there are ${[...formats.keys()].join(", ")}.`,
  );
}

function readList({ content, param }: Keyword, most = 1000): unknown[] {
  if (!Array.isArray(content) || content.length === 0) {
    throw malformed(param, `must be a list with at least one item, but is ${quote(content)}.`);
  }
  if (content.length > most) {
    throw unsupported(param, `at most ${most} items can be enforced, and there are ${content.length}.`);
  }
  return content;
}

function readSchemas(at: Keyword, most?: number): Schema[] {
  return readList(at, most).map((item, index) => at.reader.read(item, below(at.param, index)));
}

function readProperties({ content, param, reader }: Keyword): Map<string, Schema> {
  if (!isRecord(content)) throw malformed(param, `must be an object of schemas, but is ${quote(content)}.`);
  return new Map(
    Object.entries(content).map(([name, value]) => [name, reader.read(value, below(param, name))]),
  );
}

function readRequired({ content, param }: Keyword): string[] {
  if (!Array.isArray(content) || !content.every((name) => typeof name === "string")) {
    throw malformed(param, `must be a list of property names, but is ${quote(content)}.`);
  }
  return [...new Set(content)];
}
