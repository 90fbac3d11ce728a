import { expect, test } from "bun:test";
import {
  findTask,
  isSameTask,
  isServed,
  mainOperation,
  renderUnserved,
  unknownTask,
} from "../../src/models/tasks.ts";

test.each([
  ["text-generation", "text-generation"],
  ["text-generation-with-past", "text-generation"],
  ["causal-lm-with-past", "text-generation"],
  ["sentence-similarity", "feature-extraction"],
  ["automatic-speech-recognition-with-past", "automatic-speech-recognition"],
  [unknownTask, undefined],
  ["Text-Generation", undefined],
  ["", undefined],
])("the task %p is %p", (name, found) => expect(findTask(name)?.name).toBe(found as never));

test.each([
  ["text-generation-with-past", undefined, true],
  ["text-generation", "tokenize", true],
  ["text-generation", "embed", false],
  ["feature-extraction", undefined, false],
  ["feature-extraction", "embed", false],
  ["image-text-to-text", "generate", false],
  ["no-task", undefined, false],
] as const)("task %p, operation %p: served is %p", (name, operation, served) =>
  expect(isServed(name, operation)).toBe(served),
);

test.each([
  ["text-generation", "text-generation-with-past", true],
  ["text-generation", "feature-extraction", false],
  ["text-generation", unknownTask, true],
])("%p and %p mean the same: %p", (one, other, same) => expect(isSameTask(one, other)).toBe(same));

test.each([
  ["text-generation-with-past", "generate"],
  ["feature-extraction", "embed"],
  [unknownTask, "generate"],
  ["fill-mask", "generate"],
])("a model for %p is loaded to %p", (task, operation) =>
  expect(mainOperation(task)).toBe(operation as never),
);

test("an unserved task is explained with what is served", () => {
  expect(renderUnserved("feature-extraction")).toBe(
    'the task "feature-extraction" (embeddings) is not served yet; only text-generation is',
  );
  expect(renderUnserved("mine")).toBe('the task "mine" is not served yet; only text-generation is');
});
