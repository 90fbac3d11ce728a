import type { KindRun } from "./kind-run.ts";
import { measurePairs, type PairRow, workThrough } from "./pairs.ts";
import { startRawPipeline } from "./raw-pipeline.ts";

const wordsPerText = 30;

export async function measureEmbed({
  prompts,
  server,
  model: { name: model, path },
  options,
}: KindRun): Promise<PairRow[]> {
  const { runtimeDir, device, rounds } = options;
  await using pipeline = await startRawPipeline(runtimeDir, "raw_embeddings.py", [path, device]);
  const make = (count: number) => Array.from({ length: count }, () => prompts.nextPrefix(wordsPerText));
  const send = (input: string[]) => {
    const body = JSON.stringify({ model, input, encoding_format: "base64" });
    return fetch(`http://${server.host}:${server.port}/v1/embeddings`, { method: "POST", body });
  };
  const rows: PairRow[] = [];
  for (const { atOnce, each } of [
    { atOnce: 1, each: 1 },
    { atOnce: 16, each: 1 },
    { atOnce: 1, each: 16 },
  ]) {
    const pair = {
      pid: server.pid,
      raw: (count: number) => pipeline.run({ texts: make(count), at_once: atOnce * each }),
      served: (count: number) => workThrough(make(count), { atOnce, each }, send),
    };
    rows.push(await measurePairs(pair, { model, atOnce, each, rounds }));
  }
  return rows;
}
