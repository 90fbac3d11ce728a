import { describe, expect, test } from "bun:test";
import { createLogLines, toLine } from "../../../../src/page/client/state/log-lines.ts";

describe("a line of the log", () => {
  test.each([
    [
      "model.loaded",
      { model: "a b", seconds: 1.23456, pid: 7 },
      { level: "info", title: "model.loaded", fields: 'model="a b" seconds=1.235 pid=7' },
    ],
    [
      "request.started",
      { id: "x", method: "POST", path: "/v1/responses" },
      { level: "info", title: "POST /v1/responses started", fields: "id=x" },
    ],
    [
      "request.finished",
      { method: "GET", path: "/v1/x", status: 404, model: null },
      { level: "warn", title: "GET /v1/x 404", fields: "" },
    ],
    ["request.finished", { method: "GET", path: "/", status: 500 }, { level: "error", title: "GET / 500" }],
    ["model.crashed", { model: "a" }, { level: "error" }],
    ["registry.problem", { reason: "No JSON." }, { level: "warn", fields: 'reason="No JSON."' }],
    ["registry.changed", { added: ["a"] }, { level: "info", fields: 'added=["a"]' }],
  ])("of %s", (event, data, line) => expect(toLine(event, data)).toMatchObject({ event, ...line }));
});

test("the log keeps the newest lines, each with its number", () => {
  const lines = createLogLines(3);
  for (let at = 0; at < 10_000; at += 1) lines.add("model.loaded", { model: String(at) }, at);
  expect(lines.read().map(({ number, at }) => [number, at])).toEqual([
    [9997, 9997],
    [9998, 9998],
    [9999, 9999],
  ]);
  lines.clear();
  expect(lines.read()).toEqual([]);
});
