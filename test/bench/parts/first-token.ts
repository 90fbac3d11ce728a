import { join } from "node:path";
import { listCopies } from "../../../src/engine/copies/copies.ts";
import { runtimePython } from "../../../src/engine/kinds/batching/probe.ts";
import type { Figure } from "../measuring/goals.ts";
import { runLoad } from "../measuring/load.ts";
import { median, round, toTtftMs } from "../measuring/statistics.ts";
import { type Ground, type Growth, type GrowthServer, startGrowthServer } from "../programs/ground.ts";
import { actOn } from "../programs/server.ts";

/** A load and a first token through the server, to the same by the raw engine in a process of its own. */
const goal = 1.3;

/** From nothing in memory to the first token; raw engine and server in turns. */
export async function measureFirstToken(ground: Ground): Promise<Growth> {
  const { options, prompts } = ground;
  const env = { OV_LOG_LEVEL: "debug" };
  await using server = await startGrowthServer(ground, { modelPath: options.modelPath, env });
  // Makes the copy of a .gguf file, and warms the disk up.
  await runLoad(server, [prompts.next()], 1);
  const path = await findCopy(server, options.modelPath);
  const [raw, constructs, served]: number[][] = [[], [], []];
  const stages = new Map<string, number[]>();
  for (let round = 0; round < options.rounds; round++) {
    await actOn(server, "unload");
    const prompt = prompts.next();
    const { seconds, construct } = await runRaw(ground, path, prompt);
    raw!.push(seconds);
    constructs!.push(construct);
    const from = server.lines.length;
    served!.push(toTtftMs(await runLoad(server, [prompt], 1)) / 1000);
    const [line] = await server.logged(/ stages of the load.*/, from);
    for (const [, name = "", value] of line.matchAll(/(\w+)=([\d.]+)(?= |$)/g))
      stages.set(name, [...(stages.get(name) ?? []), Number(value)]);
  }
  const ratio = median(served!.map((seconds, index) => seconds / raw![index]!));
  const seconds = (name: string, values: number[]): Figure => ({
    name,
    value: round(median(values), 3),
    unit: "s",
  });
  return {
    curves: [],
    figures: [
      {
        name: "first token of an unloaded model, server / raw",
        value: round(ratio, 3),
        unit: "",
        goal: { atMost: goal },
      },
      seconds("server, from the request to its first token", served!),
      seconds("raw engine, from its start to its first token", raw!),
      seconds("of which the construction of its pipeline", constructs!),
      ...[...stages].map(([name, values]) => seconds(`stage of the load: ${name}`, values)),
    ],
  };
}

/** What the server loads from now on. */
async function findCopy({ home }: GrowthServer, modelPath: string): Promise<string> {
  const copies = await listCopies({ modelCacheDir: join(home, ".cache", "ov-llm", "model-cache") });
  return copies.find(({ source }) => source === modelPath)?.folder ?? modelPath;
}

async function runRaw(
  { options }: Ground,
  path: string,
  prompt: string,
): Promise<{ seconds: number; construct: number }> {
  const { runtimeDir, kvCacheGb, device } = options;
  const script = join(import.meta.dir, "../python/raw_load.py");
  const started = performance.now();
  const child = Bun.spawn([runtimePython(runtimeDir), script, path, String(kvCacheGb), device], {
    stdio: [Buffer.from(prompt), "pipe", "inherit"],
  });
  const { construct }: { construct: number } = JSON.parse(await child.stdout.text());
  return { seconds: (performance.now() - started) / 1000, construct };
}
