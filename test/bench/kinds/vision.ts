import { rmSync } from "node:fs";
import { join } from "node:path";
import { toPng } from "../../helpers/vision-model.ts";
import { createScratch } from "../programs/scratch.ts";
import type { KindRun } from "./kind-run.ts";
import { measurePairs, type PairRow, workThrough } from "./pairs.ts";
import { startRawPipeline } from "./raw-pipeline.ts";

const [width, height] = [320, 240];
const question = "What is this?";

/** Decoding included; each picture is another one, and one token is written about it. */
export async function measureVision({
  server,
  model: { name: model, path },
  options,
}: KindRun): Promise<PairRow[]> {
  const { runtimeDir, device, kvCacheGb, rounds } = options;
  const folder = createScratch("pictures");
  const args = [path, device, String(kvCacheGb)];
  await using pipeline = await startRawPipeline(runtimeDir, "raw_vision.py", args);
  let shade = 0;
  const make = (count: number) => Array.from({ length: count }, () => toShade(shade++));
  const send = ([picture]: Buffer[]) => {
    const url = `data:image/png;base64,${picture?.toString("base64")}`;
    const content = [
      { type: "image_url", image_url: { url } },
      { type: "text", text: question },
    ];
    const body = JSON.stringify({ model, max_tokens: 1, messages: [{ role: "user", content }] });
    return fetch(`http://${server.host}:${server.port}/v1/chat/completions`, { method: "POST", body });
  };
  try {
    const rows: PairRow[] = [];
    for (const atOnce of [1, 16]) {
      const pair = {
        pid: server.pid,
        async raw(count: number) {
          const pictures = make(count);
          const paths = pictures.map((_, at) => join(folder, `${at}.png`));
          await Promise.all(paths.map((path, at) => Bun.write(path, pictures[at] ?? "")));
          return pipeline.run({ prompt: `<ov_genai_image_0>${question}`, paths, at_once: atOnce });
        },
        served: (count: number) => workThrough(make(count), { atOnce, each: 1 }, send),
      };
      rows.push(await measurePairs(pair, { model, atOnce, each: 1, rounds }));
    }
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The nth picture of one colour, of which there are 16 million. */
function toShade(number: number): Buffer {
  return toPng(width, height, [number & 255, (number >> 8) & 255, (number >> 16) & 255]);
}
