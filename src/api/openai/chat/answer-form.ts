import { type Static, Type } from "@sinclair/typebox";
import type { AnswerForm } from "../../../generate/request.ts";
import { malformed, quote, refuseFields, unsupported } from "../../refusal.ts";

/**
 * What the whole answer must look like: `response_format` of the OpenAI API reference, "Create chat completion", and
 * `structured_outputs` of vLLM. The parts are checked below, so that errors name the place.
 */
export const ResponseFormat = Type.Object(
  {
    type: Type.String({ description: "`text`, `json_object` or `json_schema`" }),
    json_schema: Type.Optional(Type.Unknown({ description: "`{name, schema, strict, description}`" })),
  },
  { additionalProperties: true },
);

export const StructuredOutputs = Type.Object(
  {
    json: Type.Optional(Type.Unknown({ description: "A JSON Schema, or one as text" })),
    regex: Type.Optional(Type.Unknown({ description: "A regular expression for the whole answer" })),
    choice: Type.Optional(Type.Unknown({ description: "A list of texts, one of which is the answer" })),
    grammar: Type.Optional(Type.Unknown({ description: "EBNF with a rule `root`" })),
    json_object: Type.Optional(Type.Unknown({ description: "true for any JSON object" })),
  },
  { additionalProperties: true },
);

type ResponseFormat = Static<typeof ResponseFormat>;
type StructuredOutputs = Static<typeof StructuredOutputs> & Record<string, unknown>;

export type FormRequest = Record<string, unknown> & {
  response_format?: ResponseFormat | null;
  structured_outputs?: StructuredOutputs | null;
};

/** The same in the words of older versions of vLLM and of llama.cpp's server: with these left out, an answer would have no form. */
const foreignForms = {
  guided_json: "is not supported: send it as `structured_outputs.json`.",
  guided_regex: "is not supported: send it as `structured_outputs.regex`.",
  guided_choice: "is not supported: send it as `structured_outputs.choice`.",
  guided_grammar: "is not supported: send it as `structured_outputs.grammar`.",
  json_schema: "is not supported: send it as `structured_outputs.json`.",
  grammar: "is not supported: send it as `structured_outputs.grammar`.",
};

/**
 * What the whole answer is held to, or null for free text. A strict schema that asks for less than OpenAI's strict mode
 * demands is served as it is. Throws `invalid_request` or `unsupported_parameter` for what is no form; the schema, pattern
 * or grammar itself is checked when it is compiled.
 */
export function toAnswerForm(body: FormRequest): AnswerForm | null {
  refuseFields(body, foreignForms);
  const { response_format, structured_outputs } = body;
  const structured = toStructuredForm(structured_outputs ?? {});
  if (!response_format || response_format.type === "text") return structured;
  if (structured) {
    throw malformed(
      "structured_outputs",
      "and `response_format` both describe the answer: send one of them.",
    );
  }
  const param = "response_format";
  if (response_format.type === "json_object") return { type: "json_object", param, at: param };
  if (response_format.type === "json_schema") return toSchemaForm(response_format.json_schema, param);
  const given = quote(response_format.type);
  throw unsupported(
    "response_format.type",
    `is not supported: it is ${given}, but must be "text", "json_object" or "json_schema".`,
  );
}

function toSchemaForm(named: unknown, param: string): AnswerForm {
  const at = `${param}.json_schema`;
  if (typeof named !== "object" || named === null || Array.isArray(named))
    throw malformed(at, "is missing: it must be an object with `name` and `schema`.");
  const schema = "schema" in named ? named.schema : undefined;
  if (schema === undefined || schema === null) {
    throw malformed(`${at}.schema`, "is missing: it must be a JSON Schema.");
  }
  const strict = "strict" in named && named.strict === true;
  return { type: "json_schema", schema, strict, param, at: `${at}.schema` };
}

/** The keys of `structured_outputs` that describe the answer. */
const forms: Record<string, (value: unknown, place: { param: string; at: string }) => AnswerForm> = {
  json: (value, place) => ({ type: "json_schema", schema: parsed(value, place.at), ...place }),
  regex: (value, place) => ({ type: "regex", pattern: asText(value, place.at), ...place }),
  choice: (value, place) => {
    if (Array.isArray(value)) return { type: "choice", choices: value, ...place };
    throw malformed(place.at, `must be a list of texts, but is ${quote(value)}.`);
  },
  grammar: (value, place) => ({ type: "grammar", grammar: asText(value, place.at), ...place }),
  json_object: (value, place) => {
    if (value === true) return { type: "json_object", ...place };
    throw malformed(place.at, `must be true or false, but is ${quote(value)}.`);
  },
};

/** Promises of vLLM that hold here whatever their value. */
const kept = ["disable_fallback", "disable_any_whitespace", "disable_additional_properties"];

function toStructuredForm(outputs: StructuredOutputs): AnswerForm | null {
  const param = "structured_outputs";
  const given = Object.entries(outputs).filter(([key, value]) => isGiven(key, value));
  const unknown = given.find(([key]) => !Object.hasOwn(forms, key));
  if (unknown) {
    const known = Object.keys(forms).join(", ");
    throw unsupported(`${param}.${unknown[0]}`, `is not supported: the forms are ${known}.`);
  }
  const [form, second] = given;
  if (second) throw malformed(param, `has both "${form?.[0]}" and "${second[0]}": send one of them.`);
  return form ? (forms[form[0]]?.(form[1], { param, at: `${param}.${form[0]}` }) ?? null) : null;
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
    throw malformed(param, `must be a JSON Schema, but is not valid JSON: ${quote(value)}.`);
  }
}

function asText(value: unknown, param: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw malformed(param, `must be a text that is not empty, but is ${quote(value)}.`);
}
