import { describe, expect, test } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import { toInputItems } from "../../../../src/api/openai/responses/input.ts";
import { CreateResponseRequest } from "../../../../src/api/openai/responses/request.ts";
import { toTextRequest } from "../../../../src/api/openai/responses/to-text-request.ts";
import { toTools } from "../../../../src/api/openai/responses/to-tools.ts";
import { noSampling, textRequest, turn } from "../../../generate/text-request.ts";

const nobody = { find: () => undefined, all: () => [] };

function read(extra: CreateResponseRequest) {
  const body = { input: "Hi", ...extra };
  expect([...Value.Errors(CreateResponseRequest, body)]).toEqual([]);
  return toTextRequest(body, toInputItems(body.input, nobody), toTools(body.tools ?? []));
}

describe("a request for a response", () => {
  test("without anything but its input", () => {
    const hi = { type: "text" as const, text: "Hi", at: "input.content" };
    expect(read({})).toEqual(
      textRequest({
        conversation: { turns: [turn("user", [hi], "input")], at: "input" },
        toolChoice: { mode: "auto", names: null, parallel: null, at: "tool_choice" },
        sampling: noSampling,
      }),
    );
  });

  test.each<[CreateResponseRequest, object]>([
    [{ max_output_tokens: 7 }, { maxTokens: 7 }],
    [
      { temperature: 0.5, top_p: 0.9, seed: 3 },
      { sampling: expect.objectContaining({ temperature: 0.5, top_p: 0.9, seed: 3 }) },
    ],
    [{ stop: "x" }, { stops: ["x"] }],
    [{ reasoning: { effort: "low", summary: "auto" } }, { reasoningEffort: "low" }],
    [{ reasoning: { effort: null } }, { reasoningEffort: null }],
    [{ reasoning: { max_tokens: 50 } }, { thinkingBudget: 50 }],
    [{ thinking_budget_tokens: 0 }, { thinkingBudget: 0 }],
    [{ chat_template_kwargs: { thinking_budget: 9 } }, { thinkingBudget: 9 }],
    [{ include: ["message.output_text.logprobs"] }, { logprobs: { at: "include" } }],
    [{ include: ["reasoning.encrypted_content", "file_search_call.results"] }, { logprobs: null }],
    [{ text: { format: { type: "text" } } }, { form: null }],
    [
      { text: { format: { type: "json_object" } } },
      { form: { type: "json_object", param: "text.format", at: "text.format" } },
    ],
    [{ text: { verbosity: "low" } }, { form: null }],
    [{ parallel_tool_calls: true }, { toolChoice: expect.objectContaining({ parallel: true }) }],
    [{ background: false, conversation: null, prompt: null, top_logprobs: 0 }, { choices: 1 }],
  ])("%j", (extra, expected) => {
    expect(read(extra)).toMatchObject(expected);
  });

  test("with a schema for its answer, flat", () => {
    const format = { type: "json_schema", name: "n", schema: { type: "object" }, strict: true };
    const form = {
      type: "json_schema",
      schema: format.schema,
      param: "text.format",
      at: "text.format.schema",
    };
    expect(read({ text: { format } }).form).toMatchObject(form);
  });

  test("has its instructions as the first system message", () => {
    const { turns } = read({ instructions: "Be brief." }).conversation;
    expect(turns.map(({ role, at }) => [role, at])).toEqual([
      ["system", "instructions"],
      ["user", "input"],
    ]);
  });

  test.each<[CreateResponseRequest, string, string]>([
    [{ input: null }, "invalid_request", "input"],
    [{ input: [] }, "invalid_request", "input"],
    [{ input: null, instructions: "Be brief." }, "invalid_request", "input"],
    [{ background: true }, "unsupported_parameter", "background"],
    [{ conversation: "conv_1" }, "unsupported_parameter", "conversation"],
    [{ prompt: { id: "pmpt_1" } }, "unsupported_parameter", "prompt"],
    [{ top_logprobs: 2 }, "unsupported_parameter", "top_logprobs"],
    [{ text: { format: { type: "xml" } } }, "unsupported_parameter", "text.format.type"],
    [{ text: { format: { type: "json_schema" } } }, "invalid_request", "text.format.schema"],
  ])("refused: %j", (extra, code, param) => {
    expect(() => read(extra)).toThrow(expect.objectContaining({ code, param }));
  });
});
