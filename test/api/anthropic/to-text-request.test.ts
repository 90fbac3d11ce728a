import { describe, expect, test } from "bun:test";
import { toThinking } from "../../../src/api/anthropic/messages/thinking.ts";
import { toTextRequest } from "../../../src/api/anthropic/messages/to-text-request.ts";
import { parseRequest } from "./answers.ts";

const read = (body: object) => toTextRequest(parseRequest(body));

test("all that a request can say is carried over", () => {
  expect(
    read({ max_tokens: 7, temperature: 0.5, top_p: 0.9, top_k: 4, stop_sequences: ["a"], system: "S" }),
  ).toMatchObject({
    conversation: { at: "messages", turns: [{ role: "system" }, { role: "user" }] },
    maxTokens: 7,
    sampling: { temperature: 0.5, top_p: 0.9, top_k: 4 },
    stops: ["a"],
    choices: 1,
    reasoningEffort: "none",
    form: null,
  });
});

test("nulls and unknown fields ask for nothing", () => {
  const nulls = {
    system: null,
    tools: null,
    tool_choice: null,
    thinking: null,
    output_config: null,
    max_tokens: null,
    stop_sequences: null,
  };
  const unknown = {
    metadata: { user_id: "u" },
    context_management: { edits: [] },
    service_tier: "auto",
    container: "c",
    mcp_servers: [],
    betas: ["x"],
  };
  expect(read({ ...nulls, ...unknown })).toEqual(read({}));
});

test.each(["thread", "compaction"])("%s is refused: no conversation is kept", (field) => {
  expect(() => read({ [field]: { type: "create" } })).toThrow(`"${field}" is not supported`);
  expect(read({ [field]: null })).toEqual(read({}));
});

describe("thinking", () => {
  test.each<[string, object, string, string]>([
    ["absent", {}, "none", "hidden"],
    ["absent, with an effort", { output_config: { effort: "high" } }, "none", "hidden"],
    ["disabled", { thinking: { type: "disabled" } }, "none", "hidden"],
    ["enabled", { thinking: { type: "enabled", budget_tokens: 1024 } }, "medium", "shown"],
    ["adaptive", { thinking: { type: "adaptive" } }, "medium", "shown"],
    ["of a type to come", { thinking: { type: "between_tools" } }, "medium", "shown"],
    [
      "omitted, as Claude Code has it",
      { thinking: { type: "adaptive", display: "omitted" }, output_config: { effort: "high" } },
      "high",
      "omitted",
    ],
    [
      "of more effort than templates know",
      { thinking: { type: "adaptive" }, output_config: { effort: "max" } },
      "high",
      "shown",
    ],
    [
      "with an effort that objects have",
      { thinking: { type: "adaptive" }, output_config: { effort: "toString" } },
      "toString",
      "shown",
    ],
    [
      "with little effort",
      { thinking: { type: "adaptive" }, output_config: { effort: "low" } },
      "low",
      "shown",
    ],
  ])("%s", (_, body, effort, display) => {
    const expected: object = { effort, display };
    expect(toThinking(parseRequest(body))).toEqual(expect.objectContaining(expected));
    expect(read(body).reasoningEffort).toBe(effort);
  });
});

test.each<[object | null, number | null]>([
  [{ type: "enabled", budget_tokens: 1024 }, 1024],
  [{ type: "enabled" }, null],
  [{ type: "adaptive", budget_tokens: 1024 }, null],
  [null, null],
])("a thought of %j is closed after %p tokens", (thinking, budget) => {
  expect(read({ thinking }).thinkingBudget).toBe(budget);
});

test("a last message of the assistant's is continued, unless it ends in a call", () => {
  const after = (content: unknown) => {
    const [user] = parseRequest({}).messages;
    return read({ messages: [user, { role: "assistant", content }] }).continueLast;
  };
  expect(after("The capital is")).not.toBeNull();
  expect(after([{ type: "tool_use", id: "1", name: "f", input: {} }])).toBeNull();
  expect(read({}).continueLast).toBeNull();
});

describe("tools", () => {
  const tool = (name: string, extra: object = {}) => ({ name, input_schema: { type: "object" }, ...extra });
  const names = (body: object) => read(body).tools.map(({ name }) => name);

  test("keep their words, schema and place", () => {
    const tools = [
      { type: "web_search_20250305", name: "web_search" },
      tool("f", { description: "F.", strict: true }),
    ];
    expect(read({ tools }).tools).toEqual([
      {
        name: "f",
        description: "F.",
        schema: { type: "object" },
        strict: true,
        at: "tools[1]",
        schemaAt: "tools[1].input_schema",
      },
    ]);
  });

  test("of the server are skipped, those of the client not", () => {
    const tools = [
      { type: "bash_20250124", name: "bash" },
      { type: "mcp_toolset", mcp_server_name: "s" },
      { type: "code_execution_20250825", name: "code_execution" },
      tool("a"),
      tool("b", { type: "custom" }),
      tool("c", { type: null }),
    ];
    expect(names({ tools })).toEqual(["a", "b", "c"]);
  });

  test("that are deferred come last, once a result has named them", () => {
    const tools = [tool("late", { defer_loading: true }), tool("later", { defer_loading: true }), tool("a")];
    expect(names({ tools })).toEqual(["a"]);
    const content = [
      { type: "tool_result", tool_use_id: "1", content: [{ type: "tool_reference", tool_name: "late" }] },
    ];
    expect(names({ tools, messages: [{ role: "user", content }] })).toEqual(["a", "late"]);
  });

  test("that are deferred to a search which the server does are all there: it is not done here", () => {
    const search = { type: "tool_search_tool_bm25_20251119", name: "tool_search_tool_bm25" };
    expect(names({ tools: [search, tool("late", { defer_loading: true }), tool("a")] })).toEqual([
      "a",
      "late",
    ]);
  });

  test.each<[string, object | null, object]>([
    ["nothing", null, { mode: "auto", names: null, parallel: null }],
    ["auto", { type: "auto" }, { mode: "auto", names: null, parallel: null }],
    [
      "auto, one at a time",
      { type: "auto", disable_parallel_tool_use: true },
      { mode: "auto", parallel: false },
    ],
    ["auto, several", { type: "auto", disable_parallel_tool_use: false }, { mode: "auto", parallel: true }],
    ["any", { type: "any" }, { mode: "required", names: null }],
    ["a tool", { type: "tool", name: "f" }, { mode: "required", names: ["f"] }],
    ["none", { type: "none" }, { mode: "none" }],
  ])("may be chosen by %s", (_, tool_choice, wish) => {
    expect(read({ tool_choice }).toolChoice).toMatchObject({ ...wish, at: "tool_choice" });
  });
});

describe("the answer's form", () => {
  const schema = { type: "object" };
  test.each([
    ["output_config.format", { output_config: { format: { type: "json_schema", schema } } }],
    ["output_format", { output_format: { type: "json_schema", schema } }],
  ])("is that of %s", (param, body) => {
    expect(read(body).form).toEqual({ type: "json_schema", schema, param, at: `${param}.schema` });
  });

  test.each<[object, string]>([
    [{ type: "grammar" }, '"output_config.format.type" is "grammar", but only "json_schema" is served.'],
    [{ type: "json_schema" }, '"output_config.format.schema" is missing'],
    [{ type: "json_schema", schema: null }, '"output_config.format.schema" is missing'],
  ])("cannot be %j", (format, message) => {
    expect(() => read({ output_config: { format } })).toThrow(message);
  });
});
