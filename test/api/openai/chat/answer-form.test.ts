import { describe, expect, test } from "bun:test";
import { type FormRequest, toAnswerForm } from "../../../../src/api/openai/chat/answer-form.ts";
import { compileForm } from "../../../../src/generate/constraint.ts";
import { checkChoice, checkRegex } from "../../../../src/grammar/choice.ts";
import { checkGrammar } from "../../../../src/grammar/ebnf/check.ts";
import { compileSchema } from "../../../../src/grammar/json-schema/check.ts";
import { toStrictGrammar } from "../../../helpers/strict-grammar.ts";

const schema = { type: "object", properties: { a: { type: "boolean" } }, required: ["a"] };
const anyObject = toStrictGrammar({ type: "object" }, "s");

/** The form, checked and compiled as a plan does. */
function toGrammar(request: FormRequest) {
  const form = toAnswerForm(request);
  return form && compileForm(form, compileSchema).grammar;
}

describe("what the answer is held to", () => {
  test.each<[string, FormRequest, unknown]>([
    ["nothing", {}, null],
    ["null", { response_format: null, structured_outputs: null }, null],
    ["text", { response_format: { type: "text" } }, null],
    ["any object", { response_format: { type: "json_object" } }, anyObject],
    [
      "a schema",
      { response_format: { type: "json_schema", json_schema: { name: "n", strict: true, schema } } },
      toStrictGrammar(schema, "s"),
    ],
    [
      "a schema beside no structured outputs",
      { structured_outputs: { regex: null, json_object: false }, response_format: { type: "json_object" } },
      anyObject,
    ],
    ["vLLM's schema", { structured_outputs: { json: schema } }, toStrictGrammar(schema, "s")],
    [
      "vLLM's schema as text",
      { structured_outputs: { json: JSON.stringify(schema) } },
      toStrictGrammar(schema, "s"),
    ],
    [
      "vLLM's regex with text",
      { response_format: { type: "text" }, structured_outputs: { regex: "a+" } },
      checkRegex("a+", "r"),
    ],
    ["vLLM's choice", { structured_outputs: { choice: ["a", "b"] } }, checkChoice(["a", "b"], "c")],
    [
      "vLLM's grammar",
      { structured_outputs: { grammar: 'root ::= "a"' } },
      checkGrammar('root ::= "a"', "g"),
    ],
    ["vLLM's any object", { structured_outputs: { json_object: true, disable_fallback: true } }, anyObject],
  ])("%s", (_, request, grammar) => expect(toGrammar(request)).toEqual(grammar as null));
});

test.each<[string, FormRequest]>([
  [
    "response_format",
    {
      response_format: { type: "json_schema", json_schema: { name: "n", schema: { not: { minLength: 1 } } } },
    },
  ],
  ["structured_outputs", { structured_outputs: { json: { not: { minLength: 1 } } } }],
])("a schema of %s that is not strict is widened where it cannot be enforced, and noted", (_, request) => {
  const form = toAnswerForm(request);
  const loose = form && compileForm(form, compileSchema).loose;
  expect(loose).toMatchObject({ tool: null, widened: [{ keyword: "not" }] });
});

describe("what is refused", () => {
  test.each<[string, FormRequest, string, string]>([
    [
      "an unknown type",
      { response_format: { type: "xml" } },
      "unsupported_parameter",
      "response_format.type",
    ],
    [
      "no json_schema",
      { response_format: { type: "json_schema" } },
      "invalid_request",
      "response_format.json_schema",
    ],
    [
      "no schema",
      { response_format: { type: "json_schema", json_schema: { name: "n" } } },
      "invalid_request",
      "response_format.json_schema.schema",
    ],
    [
      "a keyword in a strict schema",
      {
        response_format: {
          type: "json_schema",
          json_schema: { strict: true, schema: { $defs: { x: { $ref: "other" } }, $ref: "#/$defs/x" } },
        },
      },
      "unsupported_parameter",
      "response_format.json_schema.schema.$defs.x.$ref",
    ],
    [
      "both",
      { response_format: { type: "json_object" }, structured_outputs: { regex: "a" } },
      "invalid_request",
      "structured_outputs",
    ],
    [
      "two forms",
      { structured_outputs: { regex: "a", choice: ["a"] } },
      "invalid_request",
      "structured_outputs",
    ],
    [
      "an unknown form",
      { structured_outputs: { structural_tag: {} } },
      "unsupported_parameter",
      "structured_outputs.structural_tag",
    ],
    [
      "a regex that is no text",
      { structured_outputs: { regex: 1 } },
      "invalid_request",
      "structured_outputs.regex",
    ],
    [
      "choices that are no list",
      { structured_outputs: { choice: "a" } },
      "invalid_request",
      "structured_outputs.choice",
    ],
    [
      "an empty grammar",
      { structured_outputs: { grammar: "" } },
      "invalid_request",
      "structured_outputs.grammar",
    ],
    [
      "a schema that is no JSON",
      { structured_outputs: { json: "{" } },
      "invalid_request",
      "structured_outputs.json",
    ],
    [
      "json_object of a text",
      { structured_outputs: { json_object: "yes" } },
      "invalid_request",
      "structured_outputs.json_object",
    ],
  ])("%s", (_, request, code, param) => {
    expect(() => toGrammar(request)).toThrow(expect.objectContaining({ code, param }));
  });
});

test.each<[FormRequest, string, string]>([
  [{ response_format: { type: "json_object" } }, "response_format", "response_format"],
  [
    { response_format: { type: "json_schema", json_schema: { schema } } },
    "response_format",
    "response_format.json_schema.schema",
  ],
  [{ structured_outputs: { regex: "a" } }, "structured_outputs", "structured_outputs.regex"],
])("a form names the field that asked for it, and its own place: %j", (request, param, at) => {
  expect(toAnswerForm(request)).toMatchObject({ param, at });
});
