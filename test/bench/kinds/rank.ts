import type { KindRun } from "./kind-run.ts";
import { measurePairs, type PairRow, workThrough } from "./pairs.ts";
import { startRawPipeline } from "./raw-pipeline.ts";

const documentsPerQuery = 16;
const wordsPerDocument = 60;

/** An item is a query with its documents. */
export async function measureRank({
  prompts,
  server,
  model: { name: model, path },
  options,
}: KindRun): Promise<PairRow[]> {
  const { runtimeDir, device, rounds } = options;
  await using pipeline = await startRawPipeline(runtimeDir, "raw_rank.py", [path, device]);
  const make = (count: number) =>
    Array.from({ length: count }, () => ({
      query: prompts.nextPrefix(8),
      documents: Array.from({ length: documentsPerQuery }, () => prompts.nextPrefix(wordsPerDocument)),
    }));
  const send = ([ask]: { query: string; documents: string[] }[]) => {
    const body = JSON.stringify({ model, ...ask });
    return fetch(`http://${server.host}:${server.port}/v1/rerank`, { method: "POST", body });
  };
  const rows: PairRow[] = [];
  for (const atOnce of [1, 4]) {
    const pair = {
      pid: server.pid,
      raw: (count: number) => pipeline.run({ asked: make(count) }),
      served: (count: number) => workThrough(make(count), { atOnce, each: 1 }, send),
    };
    rows.push(await measurePairs(pair, { model, atOnce, each: 1, rounds }));
  }
  return rows;
}
