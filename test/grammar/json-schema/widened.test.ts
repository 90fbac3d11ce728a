import { describe, expect, test } from "bun:test";
import { compileSchema } from "../../../src/grammar/json-schema/check.ts";
import { toStrictGrammar } from "../../helpers/strict-grammar.ts";
import { createMatcher } from "../matcher.ts";
import { accepted } from "./schema-cases.ts";
import { shapes } from "./widened-cases.ts";

const compile = (schema: unknown) => compileSchema(schema, "tools[0].parameters", { strict: false });

describe("what cannot be enforced is widened and reported, the rest is enforced", () => {
  test.each(shapes.map((shape) => [shape.name, shape] as const))(
    "%s",
    (_, { schema, good, bad, widened }) => {
      const compiled = compile(schema);
      expect(compiled.widened.map(({ keyword }) => keyword)).toEqual(widened);
      const isMatch = createMatcher(compiled.grammar.grammar);
      expect(good.filter((value) => !isMatch(JSON.stringify(value)))).toEqual([]);
      expect(bad.filter((value) => isMatch(JSON.stringify(value)))).toEqual([]);
    },
  );

  test.each(
    shapes.filter(({ widened }) => widened.length > 0).map((shape) => [shape.name, shape.schema] as const),
  )("strictly, that is refused: %s", (_, schema) => {
    // A higher count than the engine has is kept lower.
    const isNarrowed = /"max(Length|Items)":\d{4}/.test(JSON.stringify(schema));
    if (isNarrowed) expect(toStrictGrammar(schema, "s").type).toBe("ebnf");
    else expect(() => toStrictGrammar(schema, "s")).toThrow(expect.objectContaining({ status: 400 }));
  });

  test("a place and a reason are given", () => {
    const schema = { type: "object", properties: { "a b": { type: "string", format: "cron" } } };
    expect(compile(schema).widened).toEqual([
      {
        at: 'tools[0].parameters.properties["a b"].format',
        keyword: "format",
        why: expect.stringContaining('the format "cron" cannot be enforced'),
      },
    ]);
  });
});

const cases = accepted.map(([name, schema]) => [name, schema] as const);
// A higher count than the engine has is accepted, but kept lower.
const isNarrowed = (schema: unknown) => JSON.stringify(schema).includes("100000");

test.each(cases.filter(([, schema]) => !isNarrowed(schema)))(
  "what is enforced whole is not widened: %s",
  (_, schema) => {
    const { grammar, widened } = compile(schema);
    expect(widened).toEqual([]);
    expect(grammar).toEqual(toStrictGrammar(schema, "s"));
  },
);

test.each(cases.filter(([, schema]) => isNarrowed(schema)))(
  "what is kept lower than it says is reported: %s",
  (_, schema) => {
    expect(compile(schema).widened.map(({ keyword }) => keyword)).toEqual(["maxLength"]);
  },
);

test("nothing satisfies it: refused in either way", () => {
  expect(() => compile({ type: "integer", minimum: 3, maximum: 2 })).toThrow(
    expect.objectContaining({ code: "invalid_request", param: "tools[0].parameters" }),
  );
});
