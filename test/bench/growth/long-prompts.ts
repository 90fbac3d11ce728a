import { runLoad } from "../measuring/load.ts";
import { median, round, toTtftMs } from "../measuring/statistics.ts";
import { type Ground, type Growth, prepareShape, startGrowthServer } from "../programs/ground.ts";

const shape = "random-light";
const lengths = [1024, 4096, 16_384, 32_768];
/** A slow machine leaves the longest out. */
const mostSeconds = 90;
/** The longer ones take a minute each. */
const repeats = (tokens: number) => (tokens > 5000 ? 1 : 2);

/** Times to the first token of prompts that nobody has seen, and of the same with another question. */
export async function measureLongPrompts(ground: Ground): Promise<Growth> {
  await using server = await startGrowthServer(ground, { modelPath: await prepareShape(shape, ground) });
  const { prompts } = ground;
  await runLoad(server, [prompts.next()], 4);
  const [cold, repeated]: [[number, number][], [number, number][]] = [[], []];
  const started = performance.now();
  for (const length of lengths) {
    if (performance.now() - started > mostSeconds * 1000) break;
    const [first, second]: [number[], number[]] = [[], []];
    let tokens = length;
    for (let index = 0; index < repeats(length); index++) {
      const text = prompts.nextPrefix(length);
      const fresh = await runLoad(server, [`${text} What is this about?`], 4);
      tokens = fresh.answers[0]?.promptTokens ?? length;
      first.push(toTtftMs(fresh));
      second.push(toTtftMs(await runLoad(server, [`${text} Who is named most often?`], 4)));
    }
    cold.push([tokens, round(median(first) / 1000, 3)]);
    repeated.push([tokens, round(median(second) / 1000, 3)]);
  }
  const [longest] = cold.slice(-1);
  return {
    model: shape,
    curves: [
      {
        name: "long-prompts",
        title: "Long prompts",
        x: { name: "tokens of the prompt", log: true },
        y: { name: "s to the first token", log: true },
        series: [
          { name: "never seen", points: cold },
          { name: "its text is in the prefix cache", points: repeated },
        ],
      },
    ],
    figures: [
      {
        name: `prompt of ${longest?.[0]} tokens, to the first token`,
        value: longest?.[1] ?? Number.NaN,
        unit: "s",
      },
      {
        name: "the same with another question / never seen",
        value: round((repeated.at(-1)?.[1] ?? Number.NaN) / (longest?.[1] ?? Number.NaN), 3),
        unit: "",
        goal: { atMost: 0.15 },
      },
    ],
  };
}
