import { below, exceeded, isRecord, malformed, quote } from "../faults.ts";
import type { Enforcement } from "./enforcement.ts";
import { isAnnotation, readKeyword } from "./keywords.ts";
import { References } from "./references.ts";
import type { Schema } from "./schema.ts";

const MAX_DEPTH = 64;
const MAX_SCHEMAS = 2000;

/** Reads a schema and all that it refers to; what is wrong or cannot be enforced is refused or widened. */
export function readSchema(value: unknown, param: string, enforcement: Enforcement): Schema {
  const root = new Reader(value, param, enforcement).read(value, param);
  breakCircles(root, enforcement, new Set(), []);
  return root;
}

class Reader {
  readonly root: unknown;
  readonly enforcement: Enforcement;
  private readonly references: References;
  private readonly known = new Map<unknown, Schema>();
  private depth = 0;

  constructor(root: unknown, param: string, enforcement: Enforcement) {
    this.root = root;
    this.enforcement = enforcement;
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
    if (this.known.size > MAX_SCHEMAS) throw exceeded(param, `is one schema of more than ${MAX_SCHEMAS}.`);
    if (this.depth >= MAX_DEPTH) throw exceeded(param, `is nested deeper than ${MAX_DEPTH} schemas.`);
    this.depth += 1;
    this.readKeywords(value, schema);
    this.depth -= 1;
    return schema;
  }

  readOrAny(value: unknown, param: string, keyword: string): Schema {
    let schema: Schema = { param };
    this.enforcement.attempt(param, keyword, () => {
      schema = this.read(value, param);
    });
    return schema;
  }

  follow(reference: string, param: string): Schema {
    const target = this.references.find(reference, param);
    return this.read(target.value, target.param);
  }

  private readKeywords(siblings: Record<string, unknown>, schema: Schema): void {
    for (const [keyword, content] of Object.entries(siblings)) {
      this.enforcement.budget.spend();
      if (content === undefined || isAnnotation(keyword)) continue;
      const param = below(schema.param, keyword);
      this.enforcement.attempt(param, keyword, () =>
        readKeyword({ keyword, content, schema, siblings, param, reader: this }),
      );
    }
    this.settle(siblings, schema);
  }

  /** Where a keyword was left out, one that counts on it says more than it did. */
  private settle(siblings: Record<string, unknown>, schema: Schema): void {
    const { patternProperties, prefixItems, properties } = siblings;
    const isLost = (given: unknown, read: unknown) => read === undefined && !isEmpty(given);
    const hasLostNames =
      isLost(patternProperties, schema.patternProperty) || isLost(properties, schema.properties);
    if (hasLostNames) schema.additionalProperties = { param: schema.param };
    if (isLost(prefixItems, schema.prefixItems)) delete schema.items;
    // Draft 3 says in a property that it is required.
    const isRequired = (value: unknown) => isRecord(value) && value.required === true;
    const entries = isRecord(properties) ? Object.entries(properties) : [];
    const required = entries.flatMap(([name, value]) => (isRequired(value) ? [name] : []));
    if (required.length > 0) schema.also = [...(schema.also ?? []), { param: schema.param, required }];
  }
}

function isEmpty(content: unknown): boolean {
  return content === undefined || content === null || Object.keys(content).length === 0;
}

/** A schema that is made of itself says nothing; one within an object or an array is fine. */
function breakCircles(
  schema: Schema,
  enforcement: Enforcement,
  done: Set<Schema>,
  above: readonly Schema[],
): void {
  if (done.has(schema)) return;
  const path = [...above, schema];
  for (const key of ["also", "anyOf", "oneOf"] as const) {
    const circular = schema[key]?.find((part) => path.includes(part));
    if (circular) {
      const why = "refers to itself with no object or array between, so that it says nothing.";
      enforcement.note(malformed(circular.param, why), circular.param, key === "also" ? "$ref" : key);
      if (key === "also") schema.also = schema.also?.filter((part) => !path.includes(part)) ?? [];
      else delete schema[key];
    }
    for (const part of schema[key] ?? []) breakCircles(part, enforcement, done, path);
  }
  done.add(schema);
  const within = [
    schema.additionalProperties,
    schema.propertyNames,
    schema.items,
    schema.patternProperty?.schema,
    schema.not,
  ];
  for (const part of [...within, ...(schema.prefixItems ?? []), ...(schema.properties?.values() ?? [])]) {
    if (part) breakCircles(part, enforcement, done, []);
  }
}
