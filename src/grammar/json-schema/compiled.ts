import { LRUCache } from "lru-cache";
import { type CompiledSchema, compileSchema, type SchemaOptions } from "./check.ts";
import { refuseLarge } from "./size.ts";

/** Compiles a schema that stands at `param`; see `compileSchema`. */
export type SchemaCompiler = (schema: unknown, param: string, options: SchemaOptions) => CompiledSchema;

/** Characters of schemas and their grammars, some 10 MB: hundreds of large tools. */
const kept = 5_000_000;

/** `compileSchema` that remembers: agents send the same tools with every request, and to compile twenty of them takes 10 ms. */
export function createSchemaCompiler(): SchemaCompiler {
  const known = new LRUCache<string, { param: string; compiled: CompiledSchema }>({
    maxSize: kept,
    sizeCalculation: ({ compiled }, key) => compiled.grammar.grammar.length + key.length,
  });
  return (schema, param, options) => {
    refuseLarge(schema, param);
    const key = `${options.strict} ${JSON.stringify(schema)}`;
    const seen = known.get(key);
    // The place is part of what was widened, and of errors, which are not remembered.
    if (seen && (seen.param === param || seen.compiled.widened.length === 0)) return seen.compiled;
    const compiled = compileSchema(schema, param, options);
    known.set(key, { param, compiled });
    return compiled;
  };
}
