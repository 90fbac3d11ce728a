import type { ResponseFormat, StructuredOutputs } from "../api/openai/chat/response-format.ts";
import { checkChoice, checkRegex } from "../grammar/choice.ts";
import { checkGrammar } from "../grammar/ebnf/check.ts";
import { isRecord, malformed, quote, unsupported } from "../grammar/faults.ts";
import { checkSchema } from "../grammar/json-schema/check.ts";
import type { CompileSchema } from "../grammar/json-schema/compiled.ts";
import type { Grammar } from "../protocol/grammar.ts";

export interface FormatRequest {
  response_format?: ResponseFormat | null;
  structured_outputs?: StructuredOutputs | null;
}

/** The keys of `structured_outputs` that say what the answer looks like, each with its check. */
const forms: Record<string, (value: unknown, param: string, compile: CompileSchema) => Grammar> = {
  json: (value, param, compile) => compile(parsed(value, param), param),
  regex: (value, param) => checkRegex(asText(value, param), param),
  choice: (value, param) => {
    if (Array.isArray(value)) return checkChoice(value, param);
    throw malformed(param, `must be a list of texts, but is ${quote(value)}.`);
  },
  grammar: (value, param) => checkGrammar(asText(value, param), param),
  json_object: (value, param, compile) => {
    if (value === true) return compile({ type: "object" }, param);
    throw malformed(param, `must be true or false, but is ${quote(value)}.`);
  },
};

/**
 * What the whole answer is held to, or null for free text. `strict` of OpenAI changes nothing: every schema is enforced,
 * and one that asks for less than OpenAI's strict mode demands is served as it is.
 */
export function planResponseFormat(
  request: FormatRequest,
  compile: CompileSchema = checkSchema,
): Grammar | null {
  const format = request.response_format;
  const structured = structuredOutputs(request.structured_outputs ?? {}, compile);
  if (!format || format.type === "text") return structured;
  if (structured) {
    throw malformed(
      "structured_outputs",
      "and `response_format` both say what the answer looks like: send one of them.",
    );
  }
  if (format.type === "json_object") return compile({ type: "object" }, "response_format");
  if (format.type === "json_schema") return jsonSchema(format, compile);
  throw unsupported(
    "response_format.type",
    `there are "text", "json_object" and "json_schema", and this is ${quote(format.type)}.`,
  );
}

function jsonSchema({ json_schema }: ResponseFormat, compile: CompileSchema): Grammar {
  const param = "response_format.json_schema";
  if (!isRecord(json_schema))
    throw malformed(param, "is missing: it must be an object with `name` and `schema`.");
  if (json_schema.schema === undefined || json_schema.schema === null) {
    throw malformed(`${param}.schema`, "is missing: it must be a JSON Schema.");
  }
  return compile(json_schema.schema, `${param}.schema`);
}

/** Promises of vLLM that hold here whatever their value. */
const kept = ["disable_fallback", "disable_any_whitespace", "disable_additional_properties"];

function structuredOutputs(outputs: StructuredOutputs, compile: CompileSchema): Grammar | null {
  const given = Object.entries(outputs).filter(([key, value]) => isGiven(key, value));
  const unknown = given.find(([key]) => !Object.hasOwn(forms, key));
  if (unknown) {
    throw unsupported(`structured_outputs.${unknown[0]}`, `there are ${Object.keys(forms).join(", ")}.`);
  }
  const [form, second] = given;
  if (second)
    throw malformed("structured_outputs", `has both "${form?.[0]}" and "${second[0]}": send one of them.`);
  return form ? (forms[form[0]]?.(form[1], `structured_outputs.${form[0]}`, compile) ?? null) : null;
}

function isGiven(key: string, value: unknown): boolean {
  if (value === null || value === undefined || kept.includes(key)) return false;
  return key !== "json_object" || value !== false;
}

/** vLLM takes a schema also as text. */
function parsed(value: unknown, param: string): unknown {
  if (typeof value !== "string") return value;
  try {
    const schema: unknown = JSON.parse(value);
    return schema;
  } catch {
    throw malformed(param, `must be a JSON Schema, but is no valid JSON: ${quote(value)}.`);
  }
}

function asText(value: unknown, param: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw malformed(param, `must be a text that is not empty, but is ${quote(value)}.`);
}
