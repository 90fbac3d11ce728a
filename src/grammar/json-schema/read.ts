import { below, isRecord, malformed, quote, unsupported } from "../faults.ts";
import { readKeyword } from "./keywords.ts";
import { References } from "./references.ts";
import type { Schema } from "./schema.ts";

const MAX_DEPTH = 64;
const MAX_SCHEMAS = 2000;

/** Reads a schema and all that it refers to, refusing what is wrong or cannot be enforced. */
export function readSchema(value: unknown, param: string): Schema {
  const root = new Reader(value, param).read(value, param);
  refuseCircles(root, new Set(), []);
  return root;
}

export class Reader {
  readonly references: References;
  readonly root: unknown;
  private readonly known = new Map<unknown, Schema>();
  private depth = 0;

  constructor(root: unknown, param: string) {
    this.root = root;
    this.references = new References(root, param);
  }

  read(value: unknown, param: string): Schema {
    if (typeof value === "boolean") return value ? { param } : { param, isFalse: true };
    if (!isRecord(value)) {
      throw malformed(
        param,
        `must be a JSON Schema, which is an object or true or false, but is ${quote(value)}.`,
      );
    }
    const known = this.known.get(value);
    if (known) return known;
    const schema: Schema = { param };
    this.known.set(value, schema);
    if (this.known.size > MAX_SCHEMAS)
      throw unsupported(param, `the schema has more than ${MAX_SCHEMAS} parts.`);
    this.depth += 1;
    if (this.depth > MAX_DEPTH) throw unsupported(param, `the schema is nested deeper than ${MAX_DEPTH}.`);
    for (const [keyword, content] of Object.entries(value)) {
      if (content !== undefined)
        readKeyword({
          keyword,
          content,
          schema,
          siblings: value,
          param: below(param, keyword),
          reader: this,
        });
    }
    this.depth -= 1;
    return schema;
  }

  follow(reference: string, param: string): Schema {
    const target = this.references.find(reference, param);
    return this.read(target.value, target.param);
  }
}

/** A schema that is made of itself says nothing; one within an object or an array is fine. */
function refuseCircles(schema: Schema, done: Set<Schema>, above: readonly Schema[]): void {
  if (above.includes(schema)) {
    throw malformed(
      schema.param,
      "refers to itself with no object or array between, so that it says nothing.",
    );
  }
  if (done.has(schema)) return;
  const inPlace = [schema.also, schema.anyOf, schema.oneOf].flatMap((part) => part ?? []);
  for (const part of inPlace) refuseCircles(part, done, [...above, schema]);
  done.add(schema);
  const within = [
    schema.additionalProperties,
    schema.propertyNames,
    schema.items,
    schema.patternProperty?.schema,
  ];
  for (const part of [...within, ...(schema.prefixItems ?? []), ...(schema.properties?.values() ?? [])]) {
    if (part) refuseCircles(part, done, []);
  }
}
