import { LRUCache } from "lru-cache";
import { checkSchema, type SchemaGrammar } from "./check.ts";

export type CompileSchema = typeof checkSchema;

/** Characters of schemas and their grammars, some 10 MB: hundreds of large tools. */
const kept = 5_000_000;

/** `checkSchema` that remembers: agents send the same tools with every request, and to compile twenty of them takes 10 ms. */
export function createSchemaCompiler(): CompileSchema {
  const known = new LRUCache<string, SchemaGrammar>({
    maxSize: kept,
    sizeCalculation: ({ grammar }, key) => grammar.length + key.length,
  });
  return (schema, param) => {
    // The place is told by errors alone, and they are not remembered.
    const key = JSON.stringify(schema);
    const seen = known.get(key);
    if (seen) return seen;
    const grammar = checkSchema(schema, param);
    known.set(key, grammar);
    return grammar;
  };
}
