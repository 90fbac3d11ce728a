import { expect, test } from "bun:test";
import { toRerankAsk, toScoreAsk } from "../../../../src/api/openai/rank/request.ts";

test("no text of a ranking has halves of characters, which no tokenizer takes", () => {
  const half = "a\ud800";
  expect(toRerankAsk({ query: half, documents: [half, { text: half }], instruction: half })).toEqual({
    queries: ["a\ufffd"],
    documents: ["a\ufffd", "a\ufffd"],
    instruction: "a\ufffd",
    maxTokens: Number.POSITIVE_INFINITY,
  });
});

test.each([
  [{ text_1: "", text_2: "a" }, "text_1"],
  [{ text_1: ["a", ""], text_2: ["a", "b"] }, "text_1[1]"],
  [{ text_1: [], text_2: "a" }, "text_1"],
])("%j has nothing to score by", (body, param) => {
  expect(() => toScoreAsk(body)).toThrow(expect.objectContaining({ code: "invalid_request", param }));
});
