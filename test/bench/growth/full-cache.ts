import { runLoad } from "../measuring/load.ts";
import { round } from "../measuring/statistics.ts";
import { shapes } from "../models/random-model.ts";
import { type Ground, type Growth, prepareShape, startGrowthServer } from "../programs/ground.ts";

const streams = [8, 16, 24, 32, 40, 56];
/** A slow machine leaves the largest demands out. */
const mostSeconds = 120;
const shapeName = "random-cache";
const promptTokens = 900;
const newTokens = 64;
/** With full precision a cache of 1 GB is full soon. */
const entry = { properties: { KV_CACHE_PRECISION: "f32", INFERENCE_PRECISION_HINT: "f32" } };
const cacheBytes = 2 ** 30;

/** Tokens that the cache holds: keys and values of each layer, four bytes a number. */
function countCapacity(): number {
  const shape = shapes[shapeName];
  const width = (shape.embedding_length / shape["attention.head_count"]) * shape["attention.head_count_kv"];
  return Math.floor(cacheBytes / (shape.block_count * 2 * width * 4));
}

/** What all streams together get while their tokens outgrow the KV cache, and how many of them fail. */
export async function measureFullCache(ground: Ground): Promise<Growth> {
  const small = { ...ground, options: { ...ground.options, kvCacheGb: 1 } };
  const modelPath = await prepareShape(shapeName, ground);
  await using server = await startGrowthServer(small, { modelPath, entry });
  const { prompts } = ground;
  await runLoad(server, [prompts.next()], 4);
  const capacity = countCapacity();
  const speed: [number, number][] = [];
  let [asked, failed] = [0, 0];
  const begun = performance.now();
  for (const count of streams) {
    if (performance.now() - begun > mostSeconds * 1000) break;
    asked += count;
    const started = performance.now();
    const texts = Array.from({ length: count }, () => prompts.nextPrefix(promptTokens));
    const ended = await Promise.allSettled(texts.map((text) => runLoad(server, [text], newTokens)));
    const seconds = (performance.now() - started) / 1000;
    const rounds = ended.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    const answers = rounds.flatMap((one) => one.answers).filter(({ newTokens }) => newTokens !== null);
    failed += count - answers.length;
    const tokens = answers.reduce((sum, one) => sum + (one.promptTokens ?? 0) + (one.newTokens ?? 0), 0);
    const demand = (count * (promptTokens + newTokens)) / capacity;
    speed.push([round(demand), round(tokens / seconds)]);
  }
  const [best, last] = [Math.max(...speed.map(([, value]) => value)), speed.at(-1)?.[1] ?? Number.NaN];
  return {
    model: shapeName,
    curves: [
      {
        name: "full-cache",
        title: "More streams than the KV cache holds",
        x: { name: "tokens of all streams / tokens that fit" },
        y: { name: "tokens/s, prompts included" },
        series: [{ name: `${streams[0]} to ${streams.at(-1)} streams`, points: speed }],
        note: `${failed} of ${asked} answers failed.`,
      },
    ],
    figures: [
      {
        name: `tokens/s at ${speed.at(-1)?.[0]} times the KV cache / best`,
        value: round(last / best, 3),
        unit: "",
      },
      { name: "answers that failed", value: failed, unit: "", goal: { atMost: 0 } },
    ],
  };
}
