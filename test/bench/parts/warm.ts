import { runLoad } from "../measuring/load.ts";
import { round, toTtftMs } from "../measuring/statistics.ts";
import {
  type Ground,
  type Growth,
  type GrowthServer,
  prepareShape,
  startGrowthServer,
} from "../programs/ground.ts";
import { actOn } from "../programs/server.ts";

const shape = "random-long";
const prefixTokens = 8000;
/** Long enough that the computing has started, and too short for its end. */
const intoItMs = 700;
const warmedLine = / warmed prompt prefixes /;

/** Times to the first token after a load, with and without the prefixes that the model's prompts had. */
export async function measureWarm(ground: Ground): Promise<Growth> {
  const modelPath = await prepareShape(shape, ground);
  const measure = async (most: number) => {
    const env = { OV_WARM_PREFIXES: String(most), OV_LOG_LEVEL: "debug" };
    await using server = await startGrowthServer(ground, { modelPath, env });
    return await measureOne(server, ground, most > 0);
  };
  const cold = await measure(0);
  const warm = await measure(1);
  return {
    model: shape,
    curves: [],
    figures: [
      {
        name: `TTFT after a load, its prefix computed again / not (${warm.longMs} / ${cold.longMs} ms)`,
        value: round(warm.longMs / cold.longMs, 3),
        unit: "",
        goal: { atMost: 0.15 },
      },
      { name: "cached_tokens of that request", value: warm.cached, unit: "" },
      { name: "a short request in the middle of the computing, TTFT", value: warm.shortMs, unit: "ms" },
      { name: "the same where nothing is computed", value: cold.shortMs, unit: "ms" },
    ],
  };
}

async function measureOne(server: GrowthServer, { prompts }: Ground, warms: boolean) {
  const prefix = prompts.nextPrefix(prefixTokens);
  for (const question of ["What is this text about?", "Who is named in it?"])
    await runLoad(server, [`${prefix} ${question}`], 1);
  await reload(server);
  await Bun.sleep(intoItMs);
  const from = server.lines.length;
  const shortMs = round(toTtftMs(await runLoad(server, [prompts.next()], 1)));
  if (warms) await server.logged(warmedLine, from);
  else await reload(server);
  const asked = await runLoad(server, [`${prefix} Where does it happen?`], 1);
  const [answer] = asked.answers;
  return { shortMs, longMs: round(toTtftMs(asked)), cached: answer?.cachedTokens ?? 0 };
}

async function reload(server: GrowthServer): Promise<void> {
  await actOn(server, "unload");
  await actOn(server, "load");
}
