import type { Figure } from "./goals.ts";
import type { ChatTarget } from "./load.ts";
import type { BenchOptions } from "./options.ts";
import type { Prompts } from "./prompts.ts";
import { startRawProgram } from "./raw-program.ts";
import { median, round } from "./statistics.ts";

const ratioGoal = 0.95;
const textsPerRound = 64;
const wordsPerText = 30;

export interface EmbedRow {
  atOnce: number;
  /** Texts in each request; the raw pipeline gets `atOnce` times as many in one call. */
  texts: number;
  /** Embeddings per second, medians of all rounds. */
  raw: number;
  served: number;
  /** Served over raw, the median of the pairs of rounds. */
  ratio: number;
}

/** Both in turns. */
export async function measureEmbed(
  server: Pick<ChatTarget, "host" | "port">,
  prompts: Prompts,
  options: BenchOptions & { embedPath: string },
): Promise<EmbedRow[]> {
  const { runtimeDir, embedPath, device } = options;
  await using raw = await startRawProgram(runtimeDir, "raw_embeddings.py", [embedPath, device]);
  const rows: EmbedRow[] = [];
  for (const { atOnce, texts: size } of [
    { atOnce: 1, texts: 1 },
    { atOnce: 16, texts: 1 },
    { atOnce: 1, texts: 16 },
  ]) {
    const pairs: { raw: number; served: number }[] = [];
    for (let index = 0; index <= options.rounds; index++) {
      const texts = Array.from({ length: textsPerRound }, () => prompts.nextPrefix(wordsPerText));
      const pair = {
        raw: await raw.run({ texts, at_once: atOnce * size }),
        served: await embedAll(server, texts, { atOnce, size }),
      };
      // The first one loads the server's model.
      if (index > 0) pairs.push({ raw: textsPerRound / pair.raw, served: textsPerRound / pair.served });
    }
    rows.push({
      atOnce,
      texts: size,
      raw: round(median(pairs.map((pair) => pair.raw))),
      served: round(median(pairs.map((pair) => pair.served))),
      ratio: round(median(pairs.map((pair) => pair.served / pair.raw)), 3),
    });
  }
  return rows;
}

export function toEmbedFigures(rows: EmbedRow[]): Figure[] {
  return rows.map(({ atOnce, texts, raw, served, ratio }) => ({
    name: `embeddings/s at ${atOnce}, ${texts} in a request, over raw (${served} / ${raw})`,
    value: ratio,
    unit: "",
    goal: { atLeast: ratioGoal },
  }));
}

/** So many texts to a request, so many requests at once; the seconds of the whole run. */
async function embedAll(
  { host, port }: Pick<ChatTarget, "host" | "port">,
  texts: readonly string[],
  { atOnce, size }: { atOnce: number; size: number },
): Promise<number> {
  const started = performance.now();
  const left = [...texts];
  const work = async () => {
    for (let input = left.splice(0, size); input.length > 0; input = left.splice(0, size)) {
      const body = JSON.stringify({ model: "embed", input, encoding_format: "base64" });
      const response = await fetch(`http://${host}:${port}/v1/embeddings`, { method: "POST", body });
      if (!response.ok) throw new Error(await response.text());
      await response.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return (performance.now() - started) / 1000;
}
