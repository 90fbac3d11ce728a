import { describe, expect, test } from "bun:test";
import { ChatCompletionRequest } from "../../src/api/openai/chat/request.ts";
import { EmbeddingRequest } from "../../src/api/openai/embeddings/request.ts";
import { RerankRequest } from "../../src/api/openai/rank/request.ts";
import { quote } from "../../src/api/refusal.ts";
import { toInvalidRequest } from "../../src/api/validation.ts";

const messages = [{ role: "user", content: "Hi" }];

const cases: [body: unknown, param: string | null, words: string][] = [
  [[], null, "must be a JSON object"],
  ["text", null, "must be a JSON object"],
  [{}, "messages", '"messages" is missing: it must be a list'],
  [{ messages: [] }, "messages", "a list with at least 1 item"],
  [{ messages: "Hi" }, "messages", 'but is "Hi"'],
  [{ messages: [5] }, "messages[0]", "must be an object, but is 5"],
  [{ messages: [{ content: "Hi" }] }, "messages[0].role", "is missing"],
  [{ messages: [{ role: "king", content: "Hi" }] }, "messages[0].role", 'one of "system", "developer"'],
  [{ messages: [{ role: "user", content: 5 }] }, "messages[0].content", "a string or a list, but is 5"],
  [{ messages: [{ role: "user", content: [{}] }] }, "messages[0].content[0].type", "is missing"],
  [{ messages, temperature: "hot" }, "temperature", "a number from 0 to 2"],
  [{ messages, temperature: 3 }, "temperature", "but is 3"],
  [{ messages, repetition_penalty: 0 }, "repetition_penalty", "above 0 and at most 10"],
  [{ messages, max_tokens: -2 }, "max_tokens", "a whole number of -1 or more"],
  [{ messages, max_tokens: 1.5 }, "max_tokens", "a whole number"],
  [{ messages, stream: "yes" }, "stream", "true or false"],
  [{ messages, stop: "" }, "stop", "characters"],
  [{ messages, stop: Array.from({ length: 17 }, () => "x") }, "stop", "at most 16 items"],
  [{ messages, stream_options: { include_usage: 1 } }, "stream_options.include_usage", "true or false"],
  [{ messages, logit_bias: { "5": "x" } }, "logit_bias[5]", "a number"],
  [{ messages: [{ role: "user", content: "x".repeat(500), name: 5 }] }, "messages[0].name", "a string"],
];

const inputs: [what: string, input: unknown, param: string, words: string][] = [
  ["too many texts", Array.from({ length: 2049 }, () => "a"), "input", "a list of at most 2048 items"],
  ["too many lists", Array.from({ length: 2049 }, () => [1]), "input", "a list of at most 2048 items"],
  ["a negative token", [1, -1], "input[1]", "a whole number from 0"],
  ["a fraction for a token", [1.5], "input[0]", "a whole number from 0"],
  ["a negative token in a list", [[1], [-1]], "input[1][0]", "a whole number from 0"],
  ["null for a text", ["a", null], "input[1]", "a string, but is null"],
  ["an object for a text", [{ text: "a" }], "input[0]", "a string"],
  ["a number for all of it", 5, "input", "a string or a list"],
];

test.each(inputs)(
  "of the forms that a field may have, the nearest one judges %s",
  (_what, input, param, words) => {
    const error = toInvalidRequest(EmbeddingRequest, { input });
    expect(error).toMatchObject({ param, message: expect.stringContaining(words) });
  },
);

describe("the sentence for an invalid request", () => {
  for (const [body, param, words] of cases) {
    test(`${JSON.stringify(body).slice(0, 70)} -> ${param}`, () => {
      const error = toInvalidRequest(ChatCompletionRequest, body);
      expect(error).toMatchObject({ code: "invalid_request", param, status: 400 });
      expect(error.message).toContain(words);
    });
  }

  test("quotes long values only in part", () => {
    const error = toInvalidRequest(ChatCompletionRequest, { messages: "x".repeat(10_000) });
    expect(error.message.length).toBeLessThan(200);
  });
});

test("a file is quoted without its bytes", () => {
  const file = { name: "a.wav", contentType: "audio/wav", bytes: new Uint8Array(2 ** 25) };
  expect([quote(file), quote([file, "x"])]).toEqual(["a file", "a list of 2, with a file"]);
});

test("an empty text is named as one", () => {
  const { message } = toInvalidRequest(RerankRequest, { query: "", documents: [] });
  expect(message).toBe('"query" must be a string that is not empty, but is "".');
});
