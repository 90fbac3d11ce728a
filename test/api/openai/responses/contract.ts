/**
 * The keys that OpenAI's published API description (github.com/openai/openai-openapi, `components.schemas`) requires of
 * what this server sends, and those that the official client's types require beyond it.
 */
const ofItem = ["item_id", "output_index"];
const ofContent = [...ofItem, "content_index"];
const ofSummary = [...ofItem, "summary_index"];

const eventKeys: Record<string, string[]> = {
  "response.created": ["response"],
  "response.in_progress": ["response"],
  "response.completed": ["response"],
  "response.incomplete": ["response"],
  "response.failed": ["response"],
  "response.output_item.added": ["output_index", "item"],
  "response.output_item.done": ["output_index", "item"],
  "response.content_part.added": [...ofContent, "part"],
  "response.content_part.done": [...ofContent, "part"],
  "response.output_text.delta": [...ofContent, "delta", "logprobs"],
  "response.output_text.done": [...ofContent, "text", "logprobs"],
  "response.reasoning_text.delta": [...ofContent, "delta"],
  "response.reasoning_text.done": [...ofContent, "text"],
  "response.reasoning_summary_part.added": [...ofSummary, "part"],
  "response.reasoning_summary_part.done": [...ofSummary, "part"],
  "response.reasoning_summary_text.delta": [...ofSummary, "delta"],
  "response.reasoning_summary_text.done": [...ofSummary, "text"],
  "response.function_call_arguments.delta": [...ofItem, "delta"],
  "response.function_call_arguments.done": [...ofItem, "name", "arguments"],
  "response.custom_tool_call_input.delta": [...ofItem, "delta"],
  "response.custom_tool_call_input.done": [...ofItem, "input"],
  error: ["code", "message", "param"],
};

const responseKeys = [
  ...[
    "id",
    "object",
    "created_at",
    "error",
    "incomplete_details",
    "instructions",
    "model",
    "tools",
    "output",
  ],
  ...["parallel_tool_calls", "metadata", "tool_choice", "temperature", "top_p", "access_programs"],
];

const typedKeys: Record<string, string[]> = {
  message: ["id", "role", "content", "status"],
  reasoning: ["id", "summary"],
  function_call: ["id", "status", "call_id", "name", "arguments"],
  custom_tool_call: ["id", "status", "call_id", "name", "input"],
  output_text: ["text", "annotations", "logprobs"],
  reasoning_text: ["text"],
  summary_text: ["text"],
  function: ["name", "strict", "parameters"],
  custom: ["name"],
};

const usageKeys = [
  ...["input_tokens", "input_tokens_details", "output_tokens", "output_tokens_details", "total_tokens"],
  ...["input_tokens_details.cached_tokens", "input_tokens_details.cache_write_tokens"],
  "output_tokens_details.reasoning_tokens",
];

/** What a response or an event lacks, as paths; throws for an event that OpenAI does not have. */
export function findMissing(value: unknown): string[] {
  if (typeOf(value) === undefined) return missingOfResponse(value, "response");
  const keys = eventKeys[typeOf(value) ?? ""];
  if (!keys) throw new Error(`There is no event "${typeOf(value)}"`);
  const response = get(value, "response");
  return [
    ...missing(value, ["sequence_number", ...keys], "event"),
    ...["item", "part"].flatMap((key) => missingOfTyped(get(value, key), key)),
    ...(response === undefined ? [] : missingOfResponse(response, "response")),
  ];
}

function missingOfResponse(response: unknown, at: string): string[] {
  const usage = get(response, "usage");
  return [
    ...missing(response, responseKeys, at),
    ...list(response, "output").flatMap((item, index) => missingOfTyped(item, `${at}.output[${index}]`)),
    ...list(response, "tools").flatMap((tool, index) => missingOfTyped(tool, `${at}.tools[${index}]`)),
    ...(usage ? missing(usage, usageKeys, `${at}.usage`) : []),
  ];
}

function missingOfTyped(value: unknown, at: string): string[] {
  if (value === undefined) return [];
  return [
    ...missing(value, ["type", ...(typedKeys[typeOf(value) ?? ""] ?? [])], at),
    ...["content", "summary"].flatMap((key) =>
      list(value, key).flatMap((part, index) => missingOfTyped(part, `${at}.${key}[${index}]`)),
    ),
  ];
}

function missing(value: unknown, keys: string[], at: string): string[] {
  const isThere = (key: string) => key.split(".").reduce(get, value) !== undefined;
  return keys.filter((key) => !isThere(key)).map((key) => `${at}.${key}`);
}

function get(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

function list(value: unknown, key: string): unknown[] {
  const found = get(value, key);
  return Array.isArray(found) ? found : [];
}

function typeOf(value: unknown): string | undefined {
  const type = get(value, "type");
  return typeof type === "string" ? type : undefined;
}
