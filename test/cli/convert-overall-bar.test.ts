import { expect, test } from "bun:test";
import { comparingStage, createOverallBar, testingStage } from "../../cli/convert/overall-bar.ts";

const model = (position: number, total: number) => ({ name: "m", position, total });

test.each([
  ["at the start", model(1, 1), "starting", null, "[----------]"],
  ["in the middle of a step", model(1, 1), "tracing the model", 50, "[##--------]"],
  ["while the only model is tested", model(1, 1), testingStage, null, "[########--]"],
  ["while it is compared with its original", model(1, 1), comparingStage, null, "[#########-]"],
  ["after one of two models", model(2, 2), "starting", null, "[#####-----]"],
] as const)("the bar of a run %s", (_, of, stage, percent, bar) =>
  expect(createOverallBar()(of, stage, percent)).toBe(bar),
);

test("the bar never moves back", () => {
  const bar = createOverallBar();
  const before = bar(model(1, 2), "converting the tokenizer", null);
  expect(bar(model(1, 2), "loading the weights", 0)).toBe(before);
});
