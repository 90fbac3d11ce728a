import { parseJsonLossless } from "../../../src/generate/template/json-numbers.ts";
import type { TemplateMessage } from "../../../src/generate/template/template.ts";
import type { Conversation } from "./conversations.ts";

/** Parameters of tools as MCP servers and OpenAPI documents have them, as JSON text: their numbers count as written. */
const parameters: Record<string, string> = {
  types_as_list: `{"type": "object", "properties": {"city": {"type": ["string", "null"], "description": "City"}, "n": {"type": ["integer", "string"]}}, "required": ["city"]}`,
  any_of: `{"type": "object", "properties": {"when": {"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}], "default": null, "description": "When"}}}`,
  one_of: `{"type": "object", "properties": {"when": {"oneOf": [{"type": "string", "enum": ["now"]}, {"type": "array", "items": {"type": "number"}}]}}}`,
  enum_only: `{"type": "object", "properties": {"unit": {"enum": ["c", "f", 1, 2.0, true, null]}}, "required": []}`,
  reference: `{"type": "object", "properties": {"place": {"$ref": "#/$defs/Place"}}, "$defs": {"Place": {"type": "object", "properties": {"lat": {"type": "number"}}}}, "$schema": "http://json-schema.org/draft-07/schema#"}`,
  nested_arrays: `{"type": "object", "properties": {"rows": {"type": "array", "items": {"type": "array", "items": {"type": "object", "properties": {"k": {"type": "string"}, "v": {"type": "array", "items": {"type": "boolean"}}}, "required": ["k"]}}}, "free": {"type": "array"}}}`,
  nested_objects: `{"type": "object", "properties": {"a": {"type": "object", "description": "A", "properties": {"b": {"type": "object", "properties": {"c": {"type": "integer", "minimum": 1.0, "maximum": 1e3, "default": 2.0}}, "required": ["c"], "additionalProperties": false}}}}, "additionalProperties": {"type": "string"}}`,
  no_properties: `{"type": "object", "properties": {}}`,
  bare_object: `{"type": "object"}`,
  empty: `{}`,
  numbers: `{"type": "object", "properties": {"id": {"type": "integer", "default": 123456789012345678, "maximum": 9223372036854775807}, "x": {"type": "number", "default": 1.0, "exclusiveMinimum": 0.1, "multipleOf": 1e-7}}}`,
  names: `{"type": "object", "properties": {"items": {"type": "string"}, "keys": {"type": "string"}, "type": {"type": "string", "enum": ["type"]}, "properties": {"type": "string"}, "größe": {"type": "string", "description": "Die „Größe“ 🙂 <b>&\\"'\\\\n</b>"}}, "required": ["items", "größe"]}`,
  no_types: `{"type": "object", "properties": {"anything": {}, "described": {"description": "What you like"}, "fixed": {"const": 5}}}`,
  strict: `{"type": "object", "properties": {"s": {"type": "string", "minLength": 1, "pattern": "^a+$", "format": "date", "examples": ["2026-01-01"], "title": "S"}, "nullable": {"type": "integer", "nullable": true}}, "required": ["s"], "additionalProperties": false, "title": "Strict"}`,
};

const toTool = (name: string, text: string, extra: object = {}) => ({
  type: "function",
  function: { name, description: `Does ${name}.`, parameters: parseJsonLossless(text), ...extra },
});

const tools = Object.entries(parameters).map(([name, text]) => toTool(name, text));
const undescribed = {
  type: "function",
  function: { name: "undescribed", parameters: { type: "object", properties: {} } },
};
const unparametrised = {
  type: "function",
  function: { name: "unparametrised", description: "Takes nothing." },
};

const system = { role: "system", content: "Be brief." };
const user = { role: "user", content: "Do it. 🙂" };

const calledArguments: Record<string, string> = {
  plain: `{"city": "Zürich", "n": 5}`,
  empty: `{}`,
  nested: `{"a": {"b": {"c": [1, [2, {"d": null}]]}}, "list": [], "map": {}}`,
  numbers: `{"id": 2512292042121000001, "x": 2.0, "y": 1e3, "small": 1e-7, "n": -0.0, "big": 123456789012345678901234567890}`,
  values: `{"yes": true, "no": false, "none": null, "text": "a\\nb \\"q\\" 'p' \\\\ <x>&", "empty": "", "digits": "5"}`,
};

function rounds(args: string, form: "object" | "text"): TemplateMessage[] {
  const given = form === "text" ? args : parseJsonLossless(args);
  const call = { id: "call00001", type: "function", function: { name: "any_of", arguments: given } };
  return [
    user,
    { role: "assistant", content: "", tool_calls: [call] },
    { role: "tool", tool_call_id: "call00001", name: "any_of", content: '{"ok": true, "n": 2.0}' },
    { role: "assistant", content: "Done." },
    { role: "user", content: "Once more" },
  ];
}

const of = (messages: TemplateMessage[], given: unknown[], kwargs = {}): Conversation => ({
  messages,
  tools: given,
  kwargs,
  addGenerationPrompt: true,
});

/** Ordinary tools and calls, of which each real template must make what transformers makes. */
export const toolConversations: Record<string, Conversation> = {
  ...Object.fromEntries(tools.map((tool) => [`tool ${tool.function.name}`, of([system, user], [tool])])),
  "all tools": of([user], tools),
  "a tool without description": of([system, user], [undescribed]),
  "a tool without parameters": of([system, user], [unparametrised]),
  "strict tools": of([user], [toTool("strict", parameters.strict ?? "", { strict: true })], {
    enable_thinking: false,
  }),
  ...Object.fromEntries(
    Object.entries(calledArguments).flatMap(([name, args]) =>
      (["object", "text"] as const).map((form) => [
        `call with ${name} arguments, as ${form}`,
        of(rounds(args, form), tools.slice(0, 2)),
      ]),
    ),
  ),
};
