import { expect, test } from "bun:test";
import { toToolFormat } from "../../../src/generate/tools/detect.ts";
import { compileSchema } from "../../../src/grammar/json-schema/check.ts";
import { toolFormatNames } from "../../../src/tool-formats.ts";

const odd = {
  count: { type: "integer", multipleOf: 3, format: null },
  names: { type: "array", uniqueItems: true, items: { type: "string", pattern: "^(?!x)" } },
  other: { type: "any" },
  rest: {
    type: "object",
    properties: { a: { not: { minLength: 2 } } },
    unevaluatedProperties: { type: "null" },
  },
};

test.each([...toolFormatNames])("%s offers a tool whose schema cannot be enforced whole", (name) => {
  const parameters = { type: "object", properties: odd, required: null };
  const { grammar } = compileSchema(parameters, "tools", { strict: false });
  const tools = [{ name: "f", parameters, grammar }];
  for (const required of [true, false]) {
    expect(toToolFormat("", name)?.toGrammar(tools, { required, parallel: true })).toBeDefined();
  }
});
