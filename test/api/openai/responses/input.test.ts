import { describe, expect, test } from "bun:test";
import {
  type History,
  type StoredResponse,
  toHistoryItems,
  toInputItems,
  toStoredItems,
} from "../../../../src/api/openai/responses/input.ts";
import { toItemList } from "../../../../src/api/openai/responses/item-list.ts";
import type { OutputItem } from "../../../../src/api/openai/responses/output-items.ts";
import type { Response, StoredItem } from "../../../../src/api/openai/responses/response.ts";
import { startState, toResponse } from "../../../../src/api/openai/responses/to-response.ts";

const stored = (
  id: string,
  previous: string | null,
  status: Response["status"] = "completed",
): StoredResponse => {
  const head = { id, createdAt: 1, model: "m", body: { previous_response_id: previous } };
  const message: OutputItem = {
    id: `msg_${id}`,
    type: "message",
    status: "completed",
    role: "assistant",
    content: [],
  };
  return {
    response: toResponse(head, { ...startState, status, output: [message] }),
    input: [{ id: `in_${id}`, type: "message", role: "user", content: `asked ${id}` }],
  };
};

function createHistory(...responses: StoredResponse[]): History {
  return { find: (id) => responses.find(({ response }) => response.id === id), all: () => responses };
}

const idsOf = (items: { item: { id?: string | null } }[]) => items.map(({ item }) => item.id);

describe("the input", () => {
  const history = createHistory(stored("a", null));

  test("is a text, a list, or nothing", () => {
    expect(toInputItems("Hi", history)).toEqual([{ item: { role: "user", content: "Hi" }, at: "input" }]);
    expect(toInputItems([{ role: "user" }], history)).toEqual([{ item: { role: "user" }, at: "input[0]" }]);
    expect(toInputItems(null, history)).toEqual([]);
  });

  test.each([[{ type: "item_reference", id: "msg_a" }], [{ id: "msg_a" }], [{ id: "in_a" }]])(
    "may refer to an item of a stored response: %j",
    (item) => {
      expect(toInputItems([item], history)).toMatchObject([
        { item: { id: item.id, type: "message" }, at: "input[0]" },
      ]);
    },
  );

  test("may not refer to one that nobody knows", () => {
    const items = [{ type: "item_reference", id: "msg_x" }];
    expect(() => toInputItems(items, history)).toThrow(
      expect.objectContaining({ code: "invalid_request", param: "input[0].id" }),
    );
  });
});

describe("the history", () => {
  test("is the input and output of all earlier responses in their order", () => {
    const history = createHistory(stored("a", null), stored("b", "a"), stored("c", "b"));
    expect(idsOf(toHistoryItems("c", history))).toEqual(["in_a", "msg_a", "in_b", "msg_b", "in_c", "msg_c"]);
    expect(toHistoryItems(null, history)).toEqual([]);
  });

  test.each([
    ["x", 'previous response "x"'],
    ["b", 'goes on from "a"'],
  ])("that lacks a response is refused: %j", (id, message) => {
    expect(() => toHistoryItems(id, createHistory(stored("b", "a")))).toThrow(
      expect.objectContaining({
        code: "previous_response_not_found",
        param: "previous_response_id",
        message: expect.stringContaining(message),
      }),
    );
  });

  test("goes on from one that was cut, and not from one that failed", () => {
    expect(toHistoryItems("a", createHistory(stored("a", null, "incomplete")))).toHaveLength(2);
    expect(() => toHistoryItems("a", createHistory(stored("a", null, "failed")))).toThrow(
      expect.objectContaining({ code: "invalid_request", param: "previous_response_id" }),
    );
  });
});

describe("items that are kept", () => {
  const keep = (item: object) => toStoredItems([{ item, at: "input[0]" }], () => "7")[0];

  test.each<[string, object, object]>([
    [
      "text becomes a part",
      { role: "user", content: "Hi" },
      { id: "msg_7", type: "message", status: "completed", content: [{ type: "input_text", text: "Hi" }] },
    ],
    [
      "an answer's too",
      { role: "assistant", content: "Hi" },
      { content: [{ type: "output_text", text: "Hi" }] },
    ],
    ["their own ids stay", { id: "m", type: "message", role: "user", content: [] }, { id: "m", content: [] }],
    [
      "results get ids",
      { type: "function_call_output", call_id: "c", output: "R" },
      { id: "item_7", output: "R" },
    ],
  ])("%s", (_, item, expected) => {
    expect(keep(item)).toMatchObject(expected);
  });
});

describe("a list of items", () => {
  const items: StoredItem[] = ["a", "b", "c"].map((id) => ({ id, type: "message" }));

  test.each<[Record<string, string>, string[], boolean]>([
    [{}, ["c", "b", "a"], false],
    [{ order: "asc" }, ["a", "b", "c"], false],
    [{ limit: "2" }, ["c", "b"], true],
    [{ order: "asc", limit: "2", after: "a" }, ["b", "c"], false],
    [{ after: "a" }, [], false],
  ])("%j", (query, ids, more) => {
    const list = toItemList(items, query);
    expect([list.data.map(({ id }) => id), list.has_more]).toEqual([ids, more]);
    expect([list.first_id, list.last_id]).toEqual([ids[0] ?? null, ids.at(-1) ?? null]);
  });

  test("does not go on from an item that is not there", () => {
    expect(() => toItemList(items, { after: "x" })).toThrow(expect.objectContaining({ param: "after" }));
  });
});
