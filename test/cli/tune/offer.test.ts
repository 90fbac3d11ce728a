import { expect, test } from "bun:test";
import { offerWinner } from "../../../cli/tune/offer.ts";
import type { TuneResult, Winner } from "../../../src/tuning.ts";
import { createModelHome } from "../../helpers/model-home.ts";

const winner: Winner = {
  labels: ["threads free to move"],
  change: ["properties.ENABLE_CPU_PINNING=false"],
  pairs: 3,
  figures: { first_token_ms: 1, tokens_per_second: 1, answer_ms: 1 },
  judgement: { verdict: "faster", gain: 1, spread: 0, first_token_gain: 0, token_gain: 0 },
  difference: null,
};
const result: TuneResult = {
  model: "m",
  device: "CPU",
  engine: "batching",
  size: { prompt_tokens: 100, answer_tokens: 24 },
  present: winner.figures,
  noise: 0,
  disturbed: 0,
  tried: [],
  untried: [],
  winner,
};
const other = { ...winner, difference: { same_words: 1, present: "a", changed: "b" } };

const entry = { path: "/m", task: "text-generation-with-past", weight_format: "int8" };

test.each<[string, TuneResult["winner"], { yes: boolean; accept?: boolean; dryRun: boolean }, boolean]>([
  ["with --yes, it is", winner, { yes: true, dryRun: false }, true],
  ["not if nobody agrees", winner, { yes: false, dryRun: false }, false],
  ["not in a dry run", winner, { yes: true, dryRun: true }, false],
  ["not if answers change, whatever --yes means", other, { yes: true, dryRun: false }, false],
  ["with --yes --accept, it is even then", other, { yes: true, accept: true, dryRun: false }, true],
  ["--accept alone writes nothing", winner, { yes: false, accept: true, dryRun: false }, false],
  ["not if nothing won", null, { yes: true, dryRun: false }, false],
])("whether the winner is written: %s", async (_, winner, flags, isWritten) => {
  const { write, read, registryPath } = createModelHome();
  write({ m: entry });
  const { signal } = new AbortController();
  const options = { accept: false, ...flags, registryPath, entry, quiet: true, signal };
  const { written, undo } = await offerWinner({ ...result, winner }, options);
  expect([written, undo]).toEqual([isWritten, isWritten ? ["properties.ENABLE_CPU_PINNING="] : null]);
  expect(read().m).toEqual({ ...entry, ...(isWritten && { properties: { ENABLE_CPU_PINNING: false } }) });
});

test.each([
  ["has another path by then", { m: { ...entry, path: "/other" } }],
  ["has another device by then", { m: { ...entry, device: "GPU" } }],
  ["was removed", {}],
])("nothing is written where the model %s", async (_, models) => {
  const { write, read, registryPath } = createModelHome();
  write(models);
  const { signal } = new AbortController();
  const options = { yes: true, accept: true, dryRun: false, registryPath, entry, quiet: true, signal };
  await expect(offerWinner(result, options)).rejects.toThrow("changed or removed while it was measured");
  expect(read()).toEqual(models);
});

test("another alias, meanwhile, keeps nothing from being written", async () => {
  const { write, read, registryPath } = createModelHome();
  write({ m: { ...entry, aliases: ["x"] } });
  const { signal } = new AbortController();
  const options = { yes: true, accept: true, dryRun: false, registryPath, entry, quiet: true, signal };
  expect(await offerWinner(result, options)).toMatchObject({ written: true });
  expect(read().m).toMatchObject({ aliases: ["x"], properties: { ENABLE_CPU_PINNING: false } });
});
