import { expect, test } from "bun:test";
import { toTimings } from "../../../src/api/openai/timings.ts";
import { toUsage } from "../../../src/api/openai/usage.ts";

const usage = { promptTokens: 5, cachedTokens: 2, newTokens: 6, reasoningTokens: 1 };
const guessing = { ...usage, guesses: { tokens: 10, right: 3 } };
const times = { promptMs: 10, predictedMs: 20 };

test("usage and timings name guessed tokens where there were some", () => {
  expect(toUsage(usage).completion_tokens_details).toEqual({ reasoning_tokens: 1 });
  expect(toUsage(guessing)).toMatchObject({
    total_tokens: 11,
    completion_tokens_details: {
      reasoning_tokens: 1,
      accepted_prediction_tokens: 3,
      rejected_prediction_tokens: 7,
    },
  });
  expect(toTimings(times, usage)).not.toHaveProperty("draft_n");
  expect(toTimings(times, guessing)).toMatchObject({ draft_n: 10, draft_n_accepted: 3 });
});
