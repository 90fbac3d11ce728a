import { describe, expect, test } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import { ResponseStream } from "openai/lib/responses/ResponseStream";
import { ResponseEvent } from "../../../../src/api/openai/responses/events.ts";
import { Response } from "../../../../src/api/openai/responses/response.ts";
import { createResponseRun, type RunOptions } from "../../../../src/api/openai/responses/run.ts";
import { toTools } from "../../../../src/api/openai/responses/to-tools.ts";
import type { ResponseTool } from "../../../../src/api/openai/responses/tools.ts";
import { OvError, toOvError } from "../../../../src/errors.ts";
import type { AnswerPart } from "../../../../src/generate/parts.ts";
import { answer, call, end, start, text, thought, usage } from "../../answer-parts.ts";
import { findMissing } from "./contract.ts";

const tools: ResponseTool[] = [
  { type: "function", name: "f" },
  { type: "custom", name: "shell" },
  { type: "namespace", name: "mcp", tools: [{ type: "function", name: "f" }] },
];

function createTestRun(options: Partial<RunOptions> = {}) {
  let id = 0;
  const ended: Response[] = [];
  const run = createResponseRun(
    { id: "resp_1", createdAt: 5, model: "m", body: { input: "Hi", tools } },
    {
      tools: toTools(tools),
      logprobs: false,
      reasoning: { summary: false, packed: false },
      newId: () => String(id++),
      now: () => new Date(7000),
      onEnd: (response) => ended.push(response),
      ...options,
    },
  );
  return { run, ended };
}

/** All events, each checked against our schema and OpenAI's keys, and the response as it ended. */
async function read(parts: AnswerPart[], options: Partial<RunOptions> = {}) {
  const { run, ended } = createTestRun(options);
  const events = await Array.fromAsync(run.events(answer(parts)));
  for (const event of events) check(event);
  expect(events.map(({ sequence_number }) => sequence_number)).toEqual([...events.keys()]);
  const response = run.snapshot();
  expect([Value.Check(Response, response), findMissing(response), ended]).toEqual([true, [], [response]]);
  const accumulated: unknown = await accumulate(events);
  expect(accumulated).toMatchObject({ id: response.id, output: response.output });
  return { events, response, types: events.map(({ type }) => type) };
}

/** The response as the official client puts it together; it throws where an event does not follow from those before. */
function accumulate(events: readonly ResponseEvent[]) {
  const lines = events.map((event) => `${JSON.stringify(event)}\n`);
  return ResponseStream.fromReadableStream(new Blob(lines).stream()).finalResponse();
}

function check(event: ResponseEvent): void {
  expect([event.type, [...Value.Errors(ResponseEvent, event)], findMissing(event)]).toEqual([
    event.type,
    [],
    [],
  ]);
}

describe("a response", () => {
  test("is a message, streamed in OpenAI's order", async () => {
    const { types, events, response } = await read([start, text("Hel"), text("lo"), end("stop")]);
    expect(types).toEqual([
      "response.created",
      "response.in_progress",
      "response.output_item.added",
      "response.content_part.added",
      "response.output_text.delta",
      "response.output_text.delta",
      "response.output_text.done",
      "response.content_part.done",
      "response.output_item.done",
      "response.completed",
    ]);
    const part = { type: "output_text", text: "Hello", annotations: [], logprobs: [] };
    const message = { id: "msg_0", type: "message", role: "assistant", status: "completed", content: [part] };
    expect(events[2]).toMatchObject({
      output_index: 0,
      item: { ...message, status: "in_progress", content: [] },
    });
    expect(events[3]).toMatchObject({ item_id: "msg_0", content_index: 0, part: { ...part, text: "" } });
    expect(events[5]).toMatchObject({ item_id: "msg_0", delta: "lo", logprobs: [] });
    expect(events[6]).toMatchObject({ text: "Hello" });
    expect(events[8]).toMatchObject({ item: message });
    expect(events[9]).toMatchObject({ response });
    expect(response).toMatchObject({
      id: "resp_1",
      created_at: 5,
      completed_at: 7,
      status: "completed",
      output: [message],
      incomplete_details: null,
      error: null,
      usage: {
        input_tokens: usage.promptTokens,
        input_tokens_details: { cached_tokens: 2, cache_write_tokens: 0 },
        output_tokens: usage.newTokens,
        output_tokens_details: { reasoning_tokens: 1 },
        total_tokens: 8,
      },
    });
  });

  test("repeats what was asked, with OpenAI's defaults", async () => {
    const { response } = await read([start, text("Hi"), end("stop")]);
    expect(response).toMatchObject({
      instructions: null,
      previous_response_id: null,
      tools: [{ type: "function", name: "f", parameters: null, strict: null }, tools[1], tools[2]],
      tool_choice: "auto",
      parallel_tool_calls: true,
      text: { format: { type: "text" } },
      reasoning: { effort: null, summary: null },
      truncation: "disabled",
      metadata: {},
      store: true,
    });
  });

  test("shows the response as it stood in its first events", async () => {
    const { events } = await read([start, text("Hi"), end("stop")]);
    for (const event of events.slice(0, 2)) {
      expect(event).toMatchObject({
        response: { status: "in_progress", output: [], completed_at: null },
      });
    }
  });

  test("has reasoning as an item of its own before the message", async () => {
    const { types, response } = await read([start, thought("Hm"), thought("."), text("Hi"), end("stop")]);
    expect(types.slice(2, 10)).toEqual([
      "response.output_item.added",
      "response.content_part.added",
      "response.reasoning_text.delta",
      "response.reasoning_text.delta",
      "response.reasoning_text.done",
      "response.content_part.done",
      "response.output_item.done",
      "response.output_item.added",
    ]);
    expect(response.output).toMatchObject([
      {
        type: "reasoning",
        id: "rs_0",
        status: "completed",
        summary: [],
        content: [{ type: "reasoning_text", text: "Hm." }],
      },
      { type: "message", id: "msg_1" },
    ]);
    expect(response.output[0]).not.toHaveProperty("encrypted_content");
  });

  test("has reasoning in the summary's place where one was asked for, and packed", async () => {
    const reasoning = { summary: true, packed: true };
    const { types, response } = await read([start, thought("Hm."), text("Hi"), end("stop")], { reasoning });
    expect(types.slice(2, 8)).toEqual([
      "response.output_item.added",
      "response.reasoning_summary_part.added",
      "response.reasoning_summary_text.delta",
      "response.reasoning_summary_text.done",
      "response.reasoning_summary_part.done",
      "response.output_item.done",
    ]);
    const [item] = response.output;
    expect(item).toMatchObject({ summary: [{ type: "summary_text", text: "Hm." }] });
    expect(item).toHaveProperty("encrypted_content", expect.stringMatching(/^ov-llm\./));
    expect(item).not.toHaveProperty("content");
  });

  test("has each call as an item, its arguments in pieces", async () => {
    const { types, events, response } = await read([
      start,
      text("I look."),
      ...call(0, '{"a"', ":1}"),
      ...call(1, "{}"),
      end("calls"),
    ]);
    expect(types.slice(8)).toEqual([
      "response.output_item.added",
      "response.function_call_arguments.delta",
      "response.function_call_arguments.delta",
      "response.function_call_arguments.done",
      "response.output_item.done",
      "response.output_item.added",
      "response.function_call_arguments.delta",
      "response.function_call_arguments.done",
      "response.output_item.done",
      "response.completed",
    ]);
    const item = {
      type: "function_call",
      call_id: "call_0",
      name: "f",
      arguments: '{"a":1}',
      status: "completed",
    };
    expect(response.output).toMatchObject([{ type: "message" }, { id: "fc_1", ...item }, { id: "fc_2" }]);
    expect(events[8]).toMatchObject({
      output_index: 1,
      item: { ...item, arguments: "", status: "in_progress" },
    });
    expect(events[11]).toMatchObject({ item_id: "fc_1", name: "f", arguments: '{"a":1}' });
  });

  test("names a tool of a namespace as the client does", async () => {
    const parts: AnswerPart[] = [
      { type: "call_start", call: 0, id: "c", name: "mcp__f" },
      { type: "call_end", call: 0 },
    ];
    const { response } = await read([start, ...parts, end("calls")]);
    expect(response.output).toMatchObject([{ type: "function_call", name: "f", namespace: "mcp" }]);
  });

  test("has the call of a custom tool with its text in one piece", async () => {
    const parts: AnswerPart[] = [
      { type: "call_start", call: 0, id: "c", name: "shell" },
      { type: "call_arguments", call: 0, text: '{"input": "ls' },
      { type: "call_arguments", call: 0, text: ' -l\\n"}' },
      { type: "call_end", call: 0 },
    ];
    const { types, response } = await read([start, ...parts, end("calls")]);
    expect(types.slice(2, -1)).toEqual([
      "response.output_item.added",
      "response.custom_tool_call_input.delta",
      "response.custom_tool_call_input.done",
      "response.output_item.done",
    ]);
    const item = {
      id: "ctc_0",
      type: "custom_tool_call",
      call_id: "c",
      name: "shell",
      input: "ls -l\n",
      status: "completed",
    };
    expect(response.output).toMatchObject([item]);
  });

  test.each<[string, AnswerPart[], string, string]>([
    ["a message", [text("Hel")], "message", "incomplete"],
    ["reasoning", [thought("Hm")], "reasoning", "incomplete"],
    ["a call", call(0, '{"a"'), "function_call", "incomplete"],
    ["what follows a whole call", call(0, "{}"), "function_call", "completed"],
  ])("that is cut within %s is incomplete", async (_, parts, type, status) => {
    const { types, response } = await read([start, ...parts, end("length")]);
    expect(types.at(-1)).toBe("response.incomplete");
    expect(response).toMatchObject({
      status: "incomplete",
      incomplete_details: { reason: "max_output_tokens" },
      completed_at: null,
      output: [{ type, status }],
    });
  });

  test.each<[string, AnswerPart[]]>([
    ["says nothing", []],
    ["only thinks", [thought("Hm")]],
  ])("of a model that %s ends in an empty message", async (_, parts) => {
    const { response } = await read([start, ...parts, end("stop")]);
    expect(response.output.at(-1)).toMatchObject({
      type: "message",
      status: "completed",
      content: [{ text: "" }],
    });
  });

  test("has log probabilities where they were asked for", async () => {
    const { events, response } = await read([start, text("é", "é", "�"), end("stop")], { logprobs: true });
    const logprobs = [
      { token: "é", logprob: -0.5, bytes: [195, 169], top_logprobs: [] },
      { token: "�", logprob: -0.5, bytes: [239, 191, 189], top_logprobs: [] },
    ];
    expect(events[4]).toMatchObject({ type: "response.output_text.delta", logprobs });
    expect(response.output).toMatchObject([{ content: [{ logprobs }] }]);
  });
});

describe("a response that fails", () => {
  async function* failing(error: Error, ...parts: AnswerPart[]) {
    for (const part of parts) yield { index: 0, part };
    throw error;
  }

  /** What its stream sends and what is kept of it. */
  async function fail(error: OvError, ...parts: AnswerPart[]) {
    const { run, ended } = createTestRun();
    const events: ResponseEvent[] = [];
    try {
      for await (const event of run.events(failing(error, ...parts))) events.push(event);
    } catch (thrown) {
      events.push(run.toFailureEvent(toOvError(thrown)));
    }
    const last = events.at(-1);
    if (last) check(last);
    return { last, events, ended };
  }

  test("ends in response.failed, with what there is of it", async () => {
    const { last, events, ended } = await fail(
      new OvError("engine_crashed", "It is gone."),
      start,
      text("Hel"),
    );
    expect(last).toMatchObject({
      type: "response.failed",
      sequence_number: events.length - 1,
      response: {
        status: "failed",
        error: { code: "server_error", message: "It is gone." },
        output: [{ type: "message", status: "in_progress", content: [{ text: "Hel" }] }],
      },
    });
    expect(ended).toMatchObject([{ status: "failed" }]);
  });

  test.each([
    ["queue_full", "rate_limit_exceeded"],
    ["context_length_exceeded", "invalid_prompt"],
    ["generation_timeout", "server_error"],
  ] as const)("for %s names OpenAI's %s", async (code, expected) => {
    const { last } = await fail(new OvError(code, "No."), start);
    expect(last).toMatchObject({ response: { error: { code: expected } } });
  });

  test("before it started is an error event, and is not kept", async () => {
    const { last, ended } = await fail(new OvError("queue_timeout", "Too long.", { param: "model" }));
    expect(last).toEqual({
      type: "error",
      sequence_number: 0,
      code: "queue_timeout",
      message: "Too long.",
      param: "model",
    });
    expect(ended).toEqual([]);
  });

  test("because it was cancelled says so", async () => {
    const { ended } = await fail(new OvError("request_cancelled", "Cancelled."), start);
    expect(ended).toMatchObject([{ status: "cancelled" }]);
  });

  test("because its client left is not kept", async () => {
    const { ended } = await fail(new OvError("client_closed_request", "Gone."), start);
    expect(ended).toEqual([]);
  });
});
