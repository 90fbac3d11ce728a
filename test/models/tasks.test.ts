import { expect, test } from "bun:test";
import {
  findTask,
  isSameTask,
  isServed,
  mainOperation,
  mayBeExported,
  mayHaveNetworks,
  narrowOperations,
  type Operation,
  renderUnserved,
  servedOperations,
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
  ["feature-extraction", undefined, true],
  ["feature-extraction", "embed", true],
  ["sentence-similarity", "generate", false],
  ["text-ranking", "rank", true],
  ["automatic-speech-recognition-with-past", "transcribe", true],
  ["fill-mask", undefined, false],
  ["image-text-to-text", "generate", true],
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
  ["text-ranking", "text-generation-with-past", true],
  ["text-ranking", "text-classification", true],
  ["text-classification", "text-generation", false],
  ["text-generation", "text-ranking", false],
])("a model for %p may have the networks of %p: %p", (stated, shown, may) =>
  expect(mayHaveNetworks(stated, shown)).toBe(may),
);

test.each([
  ["text-generation", "feature-extraction", true],
  ["fill-mask", "feature-extraction", true],
  ["feature-extraction", "text-generation", false],
  ["text-generation", "text-generation-with-past", true],
])("a model for %p may be exported for %p: %p", (own, wanted, may) =>
  expect(mayBeExported(own, wanted)).toBe(may),
);

test.each([
  ["text-generation-with-past", "generate"],
  ["feature-extraction", "embed"],
  [unknownTask, "generate"],
  ["fill-mask", "generate"],
])("a model for %p is loaded to %p", (task, operation) =>
  expect(mainOperation(task)).toBe(operation as never),
);

test("an unserved task is explained with what is served", () => {
  expect(renderUnserved("fill-mask")).toBe(
    'the task "fill-mask" (words for gaps) is not served yet; only text-generation, image-text-to-text, ' +
      "feature-extraction, text-classification, text-ranking and automatic-speech-recognition are",
  );
  expect(renderUnserved("mine")).toStartWith('the task "mine" is not served yet; only text-generation, ');
});

test.each<[string, number | null, Operation[]]>([
  ["text-classification", 1, ["rank", "tokenize", "detokenize"]],
  ["text-classification", 3, ["classify", "tokenize", "detokenize"]],
  ["text-classification", null, ["rank", "classify", "tokenize", "detokenize"]],
  ["text-ranking", 3, ["rank", "tokenize", "detokenize"]],
  ["feature-extraction", null, ["embed", "tokenize", "detokenize"]],
])("a model for %s with %p labels offers %j", (task, labels, operations) => {
  expect(narrowOperations(servedOperations(task), labels)).toEqual(operations);
});
