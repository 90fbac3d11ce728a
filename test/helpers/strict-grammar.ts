import { compileSchema } from "../../src/grammar/json-schema/check.ts";

/** The grammar of a schema whose every answer is valid. */
export const toStrictGrammar = (schema: unknown, param: string) =>
  compileSchema(schema, param, { strict: true }).grammar;
