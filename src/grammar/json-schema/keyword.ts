import type { Schema } from "./schema.ts";

/** Reads the schemas within a schema. */
interface SchemaReader {
  /** The outermost schema as it was given. */
  readonly root: unknown;
  read(value: unknown, param: string): Schema;
  /** The schema that a `$ref` names. */
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
