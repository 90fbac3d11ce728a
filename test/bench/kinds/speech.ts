import { join } from "node:path";
import { round } from "../measuring/statistics.ts";
import type { KindRun } from "./kind-run.ts";
import { measurePairs, type PairRow, workThrough } from "./pairs.ts";
import { startRawPipeline } from "./raw-pipeline.ts";

const recording = join(import.meta.dir, "../../fixtures/audio/inaugural.ogg");
const recordingSeconds = 11;

/** Decoding included. The pipeline takes one recording at a time; an item is one of 11 s. */
export async function measureSpeech({
  server,
  model: { name: model, path },
  options,
}: KindRun): Promise<PairRow[]> {
  const { runtimeDir, device, rounds } = options;
  await using pipeline = await startRawPipeline(runtimeDir, "raw_speech.py", [path, device]);
  const file = new Blob([await Bun.file(recording).bytes()]);
  const send = () => {
    const body = new FormData();
    body.append("model", model);
    body.append("file", file, "speech.ogg");
    return fetch(`http://${server.host}:${server.port}/v1/audio/transcriptions`, { method: "POST", body });
  };
  const rows: PairRow[] = [];
  for (const atOnce of [1, 4]) {
    const pair = {
      pid: server.pid,
      raw: (count: number) => pipeline.run({ path: recording, times: count }),
      served: (count: number) => workThrough(new Array(count).fill(0), { atOnce, each: 1 }, send),
    };
    const row = await measurePairs(pair, { model, atOnce, each: 1, rounds });
    const toSeconds = (recordings: number) => round(recordings * recordingSeconds);
    rows.push({ ...row, raw: toSeconds(row.raw), served: toSeconds(row.served) });
  }
  return rows;
}
