import { expect, test } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import fc from "fast-check";
import { ChatCompletion, ChatCompletionChunk } from "../../../src/api/openai/chat/response.ts";
import { createMemoryHost } from "../../fakes/memory-host.ts";
import { createTestApp } from "../../helpers/app.ts";
import { cutAt, places, runsOf, textOf } from "./fuzz.ts";

const chatTemplate =
  '{% if tools %}{{ tools | tojson }}<tool_call>{"name": x, "arguments": y}</tool_call>{% endif %}' +
  "{% for message in messages %}{{ message.content }} {% endfor %}<think></think>";
const parameters = { type: "object", properties: { a: { type: "string" } } };
const tools = [{ type: "function", function: { name: "f", parameters } }];
const call = '{"name": "f", "arguments": {"a": "x"}}';
const texts = textOf(
  [
    "<tool_call>",
    "</tool_call>",
    call,
    '{"name": "f", ',
    '"arguments": {"a": 1',
    "}",
    "<think>",
    "</think>",
    "Hello",
    " ",
    "\n",
    "👍",
    "stop",
  ],
  12,
);

interface Said {
  content: string;
  reasoning: string;
  /** Name and arguments. */
  calls: [string, string][];
  logprobs: string;
  finish: string | null;
}

const empty = (): Said => ({ content: "", reasoning: "", calls: [], logprobs: "", finish: null });
const join = (tokens: readonly { token: string }[] | null | undefined) =>
  (tokens ?? []).map(({ token }) => token).join("");

function readWhole({ choices }: ChatCompletion): Said[] {
  return choices.map(({ message, logprobs, finish_reason }) => ({
    content: message.content ?? "",
    reasoning: message.reasoning_content ?? "",
    calls: (message.tool_calls ?? []).map(({ function: { name, arguments: text } }) => [name, text]),
    logprobs: join(logprobs?.content),
    finish: finish_reason,
  }));
}

function readChunks(text: string, count: number): Said[] {
  const said = Array.from({ length: count }, empty);
  for (const [, data = ""] of text.matchAll(/^data: (\{.*)$/gm)) {
    for (const { index, delta, logprobs, finish_reason } of Value.Decode(
      ChatCompletionChunk,
      JSON.parse(data),
    ).choices) {
      const one = said[index] ?? empty();
      one.content += delta.content ?? "";
      one.reasoning += delta.reasoning_content ?? "";
      one.logprobs += join(logprobs?.content);
      one.finish = finish_reason ?? one.finish;
      for (const { index: at, function: piece } of delta.tool_calls ?? []) {
        const [name, args] = one.calls[at] ?? ["", ""];
        one.calls[at] = [name + (piece?.name ?? ""), args + (piece?.arguments ?? "")];
      }
    }
  }
  return said;
}

test("a stream says what a whole answer says, whatever the model writes and however it comes", async () => {
  const stops = fc.constantFrom([], ["stop"], ["\n", "ello"]);
  const choices = fc.constantFrom(1, 2);
  await fc.assert(
    fc.asyncProperty(texts, places, stops, choices, fc.boolean(), async (text, cuts, stop, n, withTools) => {
      const writes = cutAt(text.replace(/[\ud800-\udfff]/g, ""), cuts).filter((piece) => piece !== "");
      const host = createMemoryHost({ contextLength: 4096, chatTemplate, writes });
      const app = createTestApp({ maxTokens: 500, load: async () => ({ host, defaults: {} }) });
      const messages = [{ role: "user", content: "Hi" }];
      const body = { messages, n, stop, logprobs: true, ...(withTools && { tools }) };
      const whole = await (await app.chat(body)).json();
      const stream = await (await app.chat({ ...body, stream: true })).text();
      expect(readChunks(stream, n)).toEqual(readWhole(Value.Decode(ChatCompletion, whole)));
    }),
    runsOf(200),
  );
}, 540_000);
