import { describe, expect, test } from "bun:test";
import { type ModelInfo, toPage } from "../../../src/api/anthropic/models.ts";

const model = (id: string): ModelInfo => ({
  type: "model",
  id,
  display_name: id,
  created_at: "1970-01-01T00:00:00.000Z",
  max_input_tokens: null,
  max_tokens: null,
  capabilities: null,
  lifecycle: "active",
  line: null,
  deprecated_at: null,
  retires_at: null,
});
const all = ["a", "b", "c", "d"].map(model);

describe("a page of models", () => {
  test.each<[Record<string, string>, string, boolean]>([
    [{}, "abcd", false],
    [{ limit: "1000" }, "abcd", false],
    [{ limit: "2" }, "ab", true],
    [{ limit: "2", after_id: "b" }, "cd", false],
    [{ limit: "1", after_id: "b" }, "c", true],
    [{ after_id: "d" }, "", false],
    [{ limit: "2", before_id: "d" }, "bc", true],
    [{ limit: "2", before_id: "c" }, "ab", false],
    [{ after_id: "nobody" }, "abcd", false],
    [{ limit: "0" }, "abcd", false],
    [{ limit: "some" }, "abcd", false],
  ])("for %j is %j", (query, ids, more) => {
    const { data, has_more, first_id, last_id } = toPage(all, query);
    expect([data.map(({ id }) => id).join(""), has_more]).toEqual([ids, more]);
    expect([first_id, last_id]).toEqual([ids.at(0) ?? null, ids.at(-1) ?? null]);
  });

  test("of no models has neither first nor last", () => {
    expect(toPage([], {})).toEqual({ data: [], has_more: false, first_id: null, last_id: null });
  });
});
