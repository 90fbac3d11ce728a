import { join } from "node:path";
import type { Figure } from "./goals.ts";
import type { ChatTarget } from "./load.ts";
import type { BenchOptions } from "./options.ts";
import { startRawProgram } from "./raw-program.ts";
import { median, round } from "./statistics.ts";

const ratioGoal = 0.95;
const recording = join(import.meta.dir, "../fixtures/audio/inaugural.ogg");
const recordingSeconds = 11;
const recordingsPerRound = 4;

export interface SpeechRow {
  atOnce: number;
  /** Seconds of sound per second, medians of all rounds. */
  raw: number;
  served: number;
  /** Served over raw, the median of the pairs of rounds. */
  ratio: number;
}

/** Both in turns, decoding included. The pipeline takes one recording at a time. */
export async function measureSpeech(
  server: Pick<ChatTarget, "host" | "port">,
  { runtimeDir, device, rounds, speechPath }: BenchOptions & { speechPath: string },
): Promise<SpeechRow[]> {
  await using raw = await startRawProgram(runtimeDir, "raw_speech.py", [speechPath, device]);
  const sound = recordingSeconds * recordingsPerRound;
  const rows: SpeechRow[] = [];
  for (const atOnce of [1, 4]) {
    const pairs: { raw: number; served: number }[] = [];
    for (let index = 0; index <= rounds; index++) {
      const pair = {
        raw: await raw.run({ path: recording, times: recordingsPerRound }),
        served: await transcribeAll(server, atOnce),
      };
      // The first one loads the server's model.
      if (index > 0) pairs.push({ raw: sound / pair.raw, served: sound / pair.served });
    }
    rows.push({
      atOnce,
      raw: round(median(pairs.map((pair) => pair.raw))),
      served: round(median(pairs.map((pair) => pair.served))),
      ratio: round(median(pairs.map((pair) => pair.served / pair.raw)), 3),
    });
  }
  return rows;
}

export function toSpeechFigures(rows: SpeechRow[]): Figure[] {
  return rows.map(({ atOnce, raw, served, ratio }) => ({
    name: `seconds of speech/s at ${atOnce}, over raw (${served} / ${raw})`,
    value: ratio,
    unit: "",
    goal: { atLeast: ratioGoal },
  }));
}

/** The seconds of the whole run. */
async function transcribeAll(
  { host, port }: Pick<ChatTarget, "host" | "port">,
  atOnce: number,
): Promise<number> {
  const file = new Blob([await Bun.file(recording).bytes()]);
  const started = performance.now();
  let left = recordingsPerRound;
  const work = async () => {
    while (left-- > 0) {
      const body = new FormData();
      body.append("model", "speech");
      body.append("file", file, "speech.ogg");
      const response = await fetch(`http://${host}:${port}/v1/audio/transcriptions`, {
        method: "POST",
        body,
      });
      if (!response.ok) throw new Error(await response.text());
      await response.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return (performance.now() - started) / 1000;
}
