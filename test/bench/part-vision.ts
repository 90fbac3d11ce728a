import { rmSync } from "node:fs";
import { join } from "node:path";
import { toPng } from "../helpers/vision-model.ts";
import type { Figure } from "./goals.ts";
import type { ChatTarget } from "./load.ts";
import type { BenchOptions } from "./options.ts";
import { startRawProgram } from "./raw-program.ts";
import { createScratch } from "./scratch.ts";
import { median, round } from "./statistics.ts";

const ratioGoal = 0.95;
const picturesPerRound = 32;
const [width, height] = [320, 240];
const question = "What is this?";

export interface VisionRow {
  atOnce: number;
  /** Pictures per second, medians of all rounds. */
  raw: number;
  served: number;
  /** Served over raw, the median of the pairs of rounds. */
  ratio: number;
}

/** Both in turns, decoding included; each picture is another one, and one token is written about it. */
export async function measureVision(
  server: Pick<ChatTarget, "host" | "port">,
  options: BenchOptions & { visionPath: string },
): Promise<VisionRow[]> {
  const { runtimeDir, visionPath, device, kvCacheGb, rounds } = options;
  const folder = createScratch("pictures");
  await using raw = await startRawProgram(runtimeDir, "raw_vision.py", [
    visionPath,
    device,
    String(kvCacheGb),
  ]);
  try {
    const rows: VisionRow[] = [];
    let shade = 0;
    for (const atOnce of [1, 16]) {
      const pairs: { raw: number; served: number }[] = [];
      for (let index = 0; index <= rounds; index++) {
        const pictures = Array.from({ length: picturesPerRound }, () => toShade(shade++));
        const paths = pictures.map((_, at) => join(folder, `${at}.png`));
        await Promise.all(paths.map((path, at) => Bun.write(path, pictures[at] ?? "")));
        const pair = {
          raw: await raw.run({ prompt: `<ov_genai_image_0>${question}`, paths, at_once: atOnce }),
          served: await showAll(server, pictures, atOnce),
        };
        // The first one loads the server's model.
        if (index > 0)
          pairs.push({ raw: picturesPerRound / pair.raw, served: picturesPerRound / pair.served });
      }
      rows.push({
        atOnce,
        raw: round(median(pairs.map((pair) => pair.raw))),
        served: round(median(pairs.map((pair) => pair.served))),
        ratio: round(median(pairs.map((pair) => pair.served / pair.raw)), 3),
      });
    }
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function toVisionFigures(rows: VisionRow[]): Figure[] {
  return rows.map(({ atOnce, raw, served, ratio }) => ({
    name: `pictures/s at ${atOnce}, over raw (${served} / ${raw})`,
    value: ratio,
    unit: "",
    goal: { atLeast: ratioGoal },
  }));
}

/** The nth picture of one colour, of which there are 16 million. */
function toShade(number: number): Buffer {
  return toPng(width, height, [number & 255, (number >> 8) & 255, (number >> 16) & 255]);
}

/** The seconds of the whole run. */
async function showAll(
  { host, port }: Pick<ChatTarget, "host" | "port">,
  pictures: readonly Buffer[],
  atOnce: number,
): Promise<number> {
  const started = performance.now();
  const left = [...pictures];
  const work = async () => {
    for (let picture = left.shift(); picture !== undefined; picture = left.shift()) {
      const url = `data:image/png;base64,${picture.toString("base64")}`;
      const content = [
        { type: "image_url", image_url: { url } },
        { type: "text", text: question },
      ];
      const body = { model: "vision", max_tokens: 1, messages: [{ role: "user", content }] };
      const init = { method: "POST", body: JSON.stringify(body) };
      const response = await fetch(`http://${host}:${port}/v1/chat/completions`, init);
      if (!response.ok) throw new Error(await response.text());
      await response.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return (performance.now() - started) / 1000;
}
