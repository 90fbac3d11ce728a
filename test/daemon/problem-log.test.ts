import { expect, test } from "bun:test";
import { createProblemLog } from "../../src/daemon/problem-log.ts";
import { createLog } from "../../src/log.ts";
import { createEvents } from "../../src/serving/events.ts";
import type { ModelProblem } from "../../src/serving/model-problems.ts";

test("each problem of a model is a warning and an event once while it lasts, but failed loads, which are logged already", () => {
  const lines: string[] = [];
  const log = createLog({
    level: "warn",
    format: "text",
    timestamps: false,
    write: (line) => void lines.push(line),
  });
  const events = createEvents();
  const published: string[] = [];
  events.subscribe((event) => void published.push(event.topic));
  const toProblem = (name: string, kind: ModelProblem["kind"]) => ({
    name,
    kind,
    reason: `${name} is bad.`,
    passed: false,
  });
  let found = [toProblem("a", "files"), toProblem("b", "load")];
  const note = createProblemLog({ log, events, find: () => found, findDefaultProblem: () => null });
  note();
  note();
  found = [toProblem("c", "engine")];
  note();
  found = [toProblem("a", "files")];
  note();
  expect(lines.map((line) => /\w is bad\./.exec(line)?.[0])).toEqual(["a is bad.", "c is bad.", "a is bad."]);
  expect(published).toEqual(["registry", "registry", "registry"]);
});
