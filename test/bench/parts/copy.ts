import type { Figure } from "../measuring/goals.ts";
import { median, round } from "../measuring/statistics.ts";
import { actOn, type BenchServer, type ServerSetup, startServer } from "../programs/server.ts";

export interface CopyReport {
  /** Seconds of each load from the .gguf file. */
  file: number[];
  /** Seconds of each load from its copy, in turns with those. */
  copy: number[];
  ratio: number;
}

/** How long the model takes to load from its .gguf file and from the copy that the first load makes of it. */
export async function measureCopy(setup: ServerSetup): Promise<CopyReport> {
  await using plain = await startServer({ ...setup, env: { OV_GGUF_CACHE: "0" } });
  await using copying = await startServer(setup);
  // One warms the disk up, the other one makes the copy.
  for (const server of [plain, copying]) await loadOnce(server);
  const [file, copy]: [number[], number[]] = [[], []];
  for (let pair = 0; pair < setup.options.rounds; pair++) {
    file.push(await loadOnce(plain));
    copy.push(await loadOnce(copying));
  }
  const ratios = copy.map((seconds, index) => seconds / (file[index] ?? Number.NaN));
  return { file, copy, ratio: round(median(ratios), 3) };
}

/** Loads the model and unloads it again; seconds of the load. */
async function loadOnce(server: BenchServer): Promise<number> {
  const started = performance.now();
  await actOn(server, "load");
  const seconds = (performance.now() - started) / 1000;
  await actOn(server, "unload");
  return round(seconds, 3);
}

export function toCopyFigures({ ratio }: CopyReport): Figure[] {
  return [{ name: "load of a .gguf, copy / file", value: ratio, unit: "", goal: { atMost: 0.75 } }];
}
