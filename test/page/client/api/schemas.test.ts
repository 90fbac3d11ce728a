import { expect, test } from "bun:test";
import type { Static } from "@sinclair/typebox";
import { ChatCompletionChunk } from "../../../../src/api/openai/chat/response.ts";
import { ErrorBody } from "../../../../src/api/openai/errors.ts";
import { ModelList } from "../../../../src/api/openai/models.ts";
import { SuggestionList } from "../../../../src/api/operate/catalog.ts";
import { eventData } from "../../../../src/api/operate/events.ts";
import { Health } from "../../../../src/api/operate/health.ts";
import { HistoryList } from "../../../../src/api/operate/history.ts";
import { PullList } from "../../../../src/api/operate/pulls.ts";
import { RunningRequestList } from "../../../../src/api/operate/requests.ts";
import { TuningList } from "../../../../src/api/operate/tunings.ts";
import * as page from "../../../../src/page/client/api/schemas.ts";

/** What the server sends, as the page reads it: the compiler checks that each fits. */
interface Answers {
  models: Static<typeof ModelList>;
  health: Static<typeof Health>;
  requests: Static<typeof RunningRequestList>;
  history: Static<typeof HistoryList>;
  pulls: Static<typeof PullList>;
  tunings: Static<typeof TuningList>;
  suggestions: Static<typeof SuggestionList>;
  finished: Static<(typeof eventData)["request.finished"]>;
  progress: Static<(typeof eventData)["conversion.progress"]>;
  chunk: Static<typeof ChatCompletionChunk>;
  error: Static<typeof ErrorBody>;
}
interface Read {
  models: Static<typeof page.ModelList>;
  health: Static<typeof page.Health>;
  requests: Static<typeof page.RunningRequestList>;
  history: Static<typeof page.HistoryList>;
  pulls: Static<typeof page.PullList>;
  tunings: Static<typeof page.TuningList>;
  suggestions: Static<typeof page.SuggestionList>;
  finished: Static<typeof page.RequestFinished>;
  progress: Static<typeof page.PullProgress>;
  chunk: Static<typeof page.Chunk>;
  error: Static<typeof page.ErrorBody>;
}
const toRead = (answers: Answers): Read => answers;

test.each([
  [page.ModelList, ModelList],
  [page.Health, Health],
  [page.RunningRequestList, RunningRequestList],
  [page.HistoryList, HistoryList],
  [page.PullList, PullList],
  [page.TuningList, TuningList],
  [page.SuggestionList, SuggestionList],
  [page.RequestFinished, eventData["request.finished"]],
  [page.PullProgress, eventData["conversion.progress"]],
  [page.ErrorBody, ErrorBody],
  [page.Chunk, ChatCompletionChunk],
])("the page reads only keys that the server sends: %#", (read, sent) => {
  const known = new Set(listKeys(sent));
  expect(listKeys(read).length).toBeGreaterThan(0);
  expect(listKeys(read).filter((key) => !known.has(key))).toEqual([]);
  expect(toRead).toBeFunction();
});

/** The keys of a schema's objects, at any depth. */
function listKeys(schema: unknown): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  const own = "properties" in schema ? Object.keys(Object(schema.properties)) : [];
  return [...own, ...Object.values(schema).flatMap(listKeys)];
}
