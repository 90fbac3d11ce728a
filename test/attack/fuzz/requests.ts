import fc from "fast-check";

const odd = fc.oneof(
  fc.constantFrom(null, true, 0, -1, 0.5, 1e308, -0, "", "x", "\ud83d", "\u0000"),
  fc.constantFrom<unknown>([], {}, [null], [[]], { type: "text" }, { type: "x" }, "auto", "none", "required"),
  fc.jsonValue({ maxDepth: 2 }),
);
/** The value that fits, or, seldom, any other. */
const mostly = (...fitting: unknown[]) =>
  fc.oneof({ weight: 7, arbitrary: fc.constantFrom(...fitting) }, { weight: 1, arbitrary: odd });
const listOf = (item: fc.Arbitrary<unknown>, most = 4) =>
  fc.oneof({ weight: 9, arbitrary: fc.array(item, { maxLength: most }) }, { weight: 1, arbitrary: odd });

const parameters = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
const text = mostly("Hi", "", "<think>", "👍", "a".repeat(300), '{"a":1}');
const image = { type: "image_url", image_url: { url: "data:image/png;base64,aaaa" } };

const optional = { requiredKeys: [] };
const call = fc.record(
  {
    id: text,
    type: mostly("function"),
    function: fc.record(
      { name: mostly("f", "g"), arguments: mostly("{}", '{"city":12345678901234567890}', "{", "[]") },
      optional,
    ),
  },
  optional,
);
const message = fc.record(
  {
    role: mostly("user", "user", "assistant", "system", "developer", "tool", "function"),
    content: fc.oneof(
      text,
      listOf(
        fc.oneof(
          mostly({ type: "text", text: "Hi" }, image),
          fc.record(
            {
              type: mostly("text", "refusal", "input_text", "thinking", "tool_use", "tool_result"),
              text,
              thinking: text,
              id: text,
              name: text,
              input: mostly({}),
              tool_use_id: text,
              content: text,
            },
            optional,
          ),
        ),
      ),
    ),
    name: mostly("n"),
    tool_calls: listOf(call, 2),
    tool_call_id: mostly("1"),
    reasoning_content: text,
    thinking: text,
  },
  { requiredKeys: ["role", "content"] },
);
const tool = fc.oneof(
  mostly(
    { type: "function", function: { name: "f", parameters } },
    { type: "function", name: "f", parameters },
    { name: "f", input_schema: parameters },
    { type: "web_search" },
    { type: "custom", name: "c" },
  ),
  fc.record(
    {
      type: mostly("function"),
      name: text,
      description: text,
      parameters: odd,
      strict: odd,
      input_schema: odd,
      function: odd,
    },
    optional,
  ),
);
const sampling = {
  temperature: mostly(0, 1, 2),
  top_p: mostly(1, 0.5),
  top_k: mostly(0, -1, 40),
  min_p: mostly(0),
  seed: mostly(1, 2 ** 53, -1),
  stop: mostly("x", ["a", "b"], null, [""]),
  n: mostly(1, 2),
  logprobs: mostly(true, false, 3),
  top_logprobs: mostly(0, 2),
  max_tokens: mostly(1, 3, -1, null),
  logit_bias: mostly(null, {}),
  presence_penalty: mostly(0),
  repeat_penalty: mostly(1.1),
};
const fields: Record<string, fc.Arbitrary<unknown>> = {
  model: mostly("default", "memory", "nowhere"),
  messages: listOf(message),
  stream: mostly(true, false),
  tools: listOf(tool, 3),
  tool_choice: mostly(
    "auto",
    "none",
    "required",
    { type: "function", function: { name: "f" } },
    { type: "tool", name: "f" },
    { type: "any" },
  ),
  parallel_tool_calls: mostly(true),
  response_format: mostly(
    { type: "json_object" },
    { type: "json_schema", json_schema: { name: "a", schema: parameters, strict: true } },
    { type: "text" },
  ),
  structured_outputs: mostly({ regex: "a+" }, { choice: ["a"] }, { grammar: 'root ::= "a"' }),
  stream_options: mostly({ include_usage: true, include_timings: true }),
  timings: mostly(true),
  continue_final_message: mostly(true, false),
  add_generation_prompt: mostly(false, true),
  reasoning_effort: mostly("low", "none", "max"),
  reasoning: mostly({ max_tokens: 0 }, { effort: "low" }, { summary: "auto" }),
  thinking: mostly({ type: "enabled", budget_tokens: 1024 }, { type: "disabled" }, { type: "adaptive" }),
  thinking_budget_tokens: mostly(0, 1),
  chat_template_kwargs: mostly({}, { enable_thinking: false }, { messages: 1, range: 2 }),
  functions: listOf(mostly({ name: "f", parameters }), 2),
  function_call: mostly("auto"),
  ...sampling,
  // Completions, infill, tokens
  prompt: mostly("Hi", ["a", "b"], [1, 2], [[1], [2]], ""),
  suffix: mostly("x", null),
  echo: mostly(true, false),
  input_prefix: text,
  input_suffix: text,
  input_extra: mostly([], [{ text: "a", filename: "b" }]),
  tokens: mostly([1, 2], [], [-1], [1e9]),
  add_special_tokens: mostly(true),
  return_token_strings: mostly(true),
  // Responses
  input: fc.oneof(
    text,
    listOf(
      fc.oneof(
        message,
        fc.record(
          {
            type: mostly(
              "message",
              "function_call",
              "function_call_output",
              "reasoning",
              "item_reference",
              "custom_tool_call_output",
            ),
            role: mostly("user"),
            content: text,
            id: text,
            call_id: mostly("1"),
            name: mostly("f"),
            arguments: mostly("{}"),
            output: text,
            summary: mostly([]),
          },
          optional,
        ),
      ),
    ),
  ),
  instructions: text,
  previous_response_id: mostly("resp_0", null),
  store: mostly(true, false),
  truncation: mostly("auto", "disabled"),
  text: mostly({ format: { type: "json_object" } }, { format: { type: "text" } }),
  include: mostly([], ["reasoning.encrypted_content"]),
  // Anthropic
  system: fc.oneof(text, listOf(mostly({ type: "text", text: "S" }), 2)),
  stop_sequences: mostly(["x"]),
  metadata: mostly({ user_id: "a" }, { a: "b" }),
  output_config: mostly({ effort: "low" }),
  // Ollama
  options: fc.oneof(fc.record({ ...sampling, num_predict: mostly(2), num_ctx: mostly(100) }, optional), odd),
  format: mostly("json", parameters, ""),
  think: mostly(true, false, "low"),
  keep_alive: mostly(-1, "5m", 0, "0"),
  raw: mostly(true, false),
  template: text,
  context: mostly([1]),
  images: mostly(["aaaa"]),
  verbose: mostly(true),
  source: text,
  destination: text,
};

const field = fc.oneof(...Object.entries(fields).map(([key, value]) => value.map((one) => [key, one])));
export const messages = [{ role: "user", content: "Hi" }];

/** These fields, with a few others that may fit or not. */
export function around(usual: object): fc.Arbitrary<object> {
  return fc
    .array(field, { maxLength: 5 })
    .map((more) => ({ model: "memory", ...usual, ...Object.fromEntries(more) }));
}
