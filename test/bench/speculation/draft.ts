import type { Figure } from "../measuring/goals.ts";
import { runLoad } from "../measuring/load.ts";
import { median, round } from "../measuring/statistics.ts";
import { prepareRandomFolder } from "../models/random-model.ts";
import { type Ground, type Growth, startGrowthServer } from "../programs/ground.ts";
import { story } from "./repeating-tasks.ts";
import { addEntry, changeModels, comparePairs, waitUntilGuessing } from "./speculation.ts";

/** Most of the deep model's layers change little: the other one has its first layers alone, and mostly agrees. */
const pair = { deep: "random-1b-calm", draft: "random-1b-first" } as const;
const goal = { atLeast: 1.3 };
/** A model of this size takes long on a small machine, and noise has no end of its own. */
const answers = { tokens: 48, extra: { ignore_eos: true } };

/** A model of a billion weights with a draft that agrees with it and without, in alternating pairs. */
export async function measureDraft(ground: Ground): Promise<Growth> {
  const { options, realModel, say } = ground;
  const place = { runtimeDir: options.runtimeDir, say };
  const modelPath = await prepareRandomFolder(pair.deep, realModel, place);
  const path = await prepareRandomFolder(pair.draft, realModel, place);
  await using server = await startGrowthServer(ground, { modelPath });
  changeModels(server.home, (models) => ({
    ...models,
    draft: { path, task: "text-generation-with-past", weight_format: "unknown" },
  }));
  const drafted = addEntry(server, "drafted", { kind: "draft", model: "draft" });
  // A greedy answer opens the pipeline that guesses.
  await runLoad(drafted, [story], 8);
  await waitUntilGuessing(server, "drafted");
  const ratio = round(median(await comparePairs(server, drafted, [story], options.rounds, answers)), 3);
  const counts = await readCounts(`http://${server.host}:${server.port}/metrics`);
  const figures: Figure[] = [
    { name: "tokens/s with a draft / plain", value: ratio, unit: "", goal },
    ...counts.map(({ name, value }) => ({ name: `drafted: ${name}`, value, unit: "" })),
  ];
  return { model: pair.deep, curves: [], figures };
}

/** What was guessed, as the metrics count it. */
async function readCounts(url: string): Promise<{ name: string; value: number }[]> {
  const text = await (await fetch(url)).text();
  const lines = text.matchAll(/^ov_llm_spec_decode_num_(\w+)_total\{model="drafted"\} (\d+)$/gm);
  return [...lines].map(([, name = "", value]) => ({
    name: name.replaceAll("_", " "),
    value: Number(value),
  }));
}
