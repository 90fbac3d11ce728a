import type { ModelOfRun } from "../../src/convert/events.ts";

/** The last stage of a model: its check in the engine. */
export const testingStage = "testing it in the engine";
/** One more, where it was asked for. */
export const comparingStage = "comparing it with its original";

// In the order in which an export reaches them. Each counts the same, since how long one takes depends on the model.
const steps = [
  "loading the weights",
  "tracing the model",
  "compressing the weights",
  "writing the model",
  "converting the tokenizer",
  testingStage,
];
const places: ReadonlyMap<string, number> = new Map([
  ...steps.map((step, at) => [step, at] as const),
  [comparingStage, steps.length - 0.5],
]);
const columns = 10;

/**
 * A bar of the whole run, such as `[###-------]`: models done, plus the steps of the present one. It never moves back,
 * although the exporter may name an earlier stage again.
 */
export function createOverallBar(): (model: ModelOfRun, stage: string, percent: number | null) => string {
  let most = 0;
  return ({ position, total }, stage, percent) => {
    const step = (places.get(stage) ?? 0) + (percent ?? 0) / 100;
    most = Math.max(most, (position - 1 + Math.min(1, step / steps.length)) / total);
    const filled = Math.floor(most * columns);
    return `[${"#".repeat(filled)}${"-".repeat(columns - filled)}]`;
  };
}
