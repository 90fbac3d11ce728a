import { below, malformed, quote, unsupported } from "../faults.ts";
import {
  type Keyword,
  readBound,
  readConst,
  readCount,
  readEnum,
  readList,
  readMultiple,
  readPattern,
  readProperties,
  readRequired,
  readSchemas,
  readText,
  readTypes,
  require,
} from "./contents.ts";
import { formats, numberFormats, openFormats } from "./formats.ts";
import { unenforceable } from "./unenforceable.ts";

type Handler = (at: Keyword) => void;

/**
 * What says something to people or tools and nothing about the value (JSON Schema 2020-12; OpenAPI 3), and what is read
 * with the keyword it belongs to: `then` and `else` with `if`, the counts with `contains`.
 */
const annotations = new Set(
  `title description default examples example $schema $comment deprecated readOnly writeOnly contentEncoding
  contentMediaType contentSchema discriminator externalDocs xml $defs definitions nullable enumNames $anchor
  $dynamicAnchor $recursiveAnchor $vocabulary then else minContains maxContains`.split(/\s+/),
);
const handlers: Record<string, Handler> = {
  ...unenforceable,
  type: (at) => {
    at.schema.types = readTypes(at);
  },
  enum: readEnum,
  const: readConst,
  minimum: (at) => {
    const isOpen = at.siblings.exclusiveMinimum === true;
    at.schema[isOpen ? "exclusiveMinimum" : "minimum"] = readBound(at, isOpen);
  },
  maximum: (at) => {
    const isOpen = at.siblings.exclusiveMaximum === true;
    at.schema[isOpen ? "exclusiveMaximum" : "maximum"] = readBound(at, isOpen);
  },
  exclusiveMinimum: (at) => {
    if (typeof at.content !== "boolean") at.schema.exclusiveMinimum = readBound(at, true);
  },
  exclusiveMaximum: (at) => {
    if (typeof at.content !== "boolean") at.schema.exclusiveMaximum = readBound(at, true);
  },
  multipleOf: (at) => {
    at.schema.multipleOf = readMultiple(at);
  },
  minLength: (at) => {
    at.schema.minLength = readCount(at, 1000);
  },
  maxLength: (at) => {
    at.schema.maxLength = readCount(at);
  },
  pattern: (at) => {
    at.schema.pattern = readPattern(readText(at), at, at.param);
  },
  format: readFormat,
  properties: (at) => {
    at.schema.properties = readProperties(at);
  },
  patternProperties: (at) => {
    const [first, ...others] = readProperties(at);
    if (others.length > 0) throw unsupported(at.param, "only one pattern can be enforced.");
    if (!first) return;
    const [name, schema] = first;
    at.schema.patternProperty = { pattern: readPattern(name, at, below(at.param, name)), schema };
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
    const isTuple = Array.isArray(at.siblings.items) && at.siblings.items.length > 0;
    if (isTuple) at.schema.items = at.reader.read(at.content, at.param);
  },
  minItems: (at) => {
    at.schema.minItems = readCount(at, 1000);
  },
  maxItems: (at) => {
    at.schema.maxItems = readCount(at);
  },
  uniqueItems: (at) => {
    if (typeof at.content !== "boolean") {
      throw malformed(at.param, `must be true or false, but is ${quote(at.content)}.`);
    }
    at.schema.uniqueItems = at.content;
  },
  allOf: (at) => {
    at.schema.also = [...(at.schema.also ?? []), ...readSchemas(at)];
  },
  $ref: readReference,
  // Within one document, which is all there is here, these name what `$ref` would.
  $dynamicRef: readReference,
  $recursiveRef: readReference,
  anyOf: (at) => {
    at.schema.anyOf = readSchemas(at);
  },
  oneOf: (at) => {
    readList(at, 32);
    at.schema.oneOf = readSchemas(at);
  },
  $id: ({ siblings, reader, param }) => {
    if (siblings !== reader.root)
      throw unsupported(param, "a schema with an address of its own cannot be within another.");
  },
};

export function isAnnotation(keyword: string): boolean {
  return annotations.has(keyword) || keyword.startsWith("x-");
}

export function readKeyword(at: Keyword): void {
  const handler = Object.hasOwn(handlers, at.keyword) ? handlers[at.keyword] : undefined;
  if (!handler) {
    const why = `the keyword ${quote(at.keyword)} cannot be enforced while the model answers. Leave it out.`;
    throw unsupported(at.param, why);
  }
  handler(at);
}

function readReference(at: Keyword): void {
  at.schema.also = [...(at.schema.also ?? []), at.reader.follow(readText(at), at.param)];
}

function readFormat(at: Keyword): void {
  const name = readText(at);
  const range = numberFormats.get(name);
  const format = formats.get(name);
  if (range) require(at, { minimum: range[0], maximum: range[1] });
  else if (format) at.schema.format = format;
  else if (!openFormats.has(name)) {
    const known = [...formats.keys(), ...numberFormats.keys()].join(", ");
    throw unsupported(at.param, `the format ${quote(name)} cannot be enforced; there are ${known}.`);
  }
}
