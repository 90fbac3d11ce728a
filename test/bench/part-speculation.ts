import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Figure } from "./goals.ts";
import { type Ground, type Growth, startGrowthServer } from "./growth/ground.ts";
import { type ChatTarget, runLoad } from "./load.ts";
import { median, round, toTokensPerSecond } from "./statistics.ts";

const code = `def load(path):
    with open(path) as file:
        data = json.load(file)
    result = {}
    for key, value in data.items():
        if value is None:
            continue
        result[key.lower()] = value
    return result


def save(path, data):
    with open(path, "w") as file:
        json.dump(data, file, indent=2)`;
const notes = `The lighthouse of Kermorvan was built in 1849 and stands at the end of a small peninsula. Its light is seen
twenty-two miles away. The keeper, Yann Le Goff, lived there with two sisters until 1994. Since then the light has been automatic,
and the tower is open to visitors from April to September.`;

const free = "Write a short story about a fisherman who finds a strange letter in a bottle.";

/** What is asked: answers that repeat their prompt, and one that does not. */
const tasks = [
  ["copied code", `Repeat this Python code exactly, without any change:\n\n${code}`, { atLeast: 1.3 }],
  [
    "edited code",
    `Rename the function load to read_data and return the whole code:\n\n${code}`,
    { atLeast: 1.3 },
  ],
  [
    "quoted notes",
    `${notes}\n\nAnswer with whole sentences of this text: who lived there, and when is the tower open?`,
    { atLeast: 1.3 },
  ],
  ["free text", free, { atLeast: 0.97 }],
] as const;
const answerTokens = 128;

/** The same model with prompt lookup and without, in alternating pairs. */
export async function measureSpeculation(ground: Ground): Promise<Growth> {
  const { options } = ground;
  await using server = await startGrowthServer(ground, { modelPath: options.modelPath });
  addEntry(server.home);
  const lookup = { ...server, model: "lookup" };
  const figures: Figure[] = [];
  for (const [what, prompt, goal] of tasks) {
    const ratio = await compare(server, lookup, [prompt], options.rounds);
    figures.push({ name: `tokens/s with prompt lookup / plain, ${what}`, value: ratio, unit: "", goal });
  }
  const stories = Array.from({ length: 8 }, (_, index) => `${free} It is number ${index}.`);
  const ratio = await compare(server, lookup, stories, options.rounds);
  figures.push({ name: "the same, free text at 8", value: ratio, unit: "" });
  return { curves: [], figures };
}

/** Tokens a second of the one with guesses to those of the plain one, the median of neighbouring rounds. */
async function compare(
  plain: ChatTarget,
  lookup: ChatTarget,
  prompts: string[],
  rounds: number,
): Promise<number> {
  const run = async (target: ChatTarget) => toTokensPerSecond(await runLoad(target, prompts, answerTokens));
  // Both have the prompts in their caches then, and the one that guesses has seen such answers.
  await run(plain);
  await run(lookup);
  const ratios: number[] = [];
  for (let pair = 0; pair < rounds; pair++) {
    const slow = await run(plain);
    ratios.push((await run(lookup)) / slow);
  }
  return round(median(ratios), 3);
}

/** Adds the same model with speculation. */
function addEntry(home: string): void {
  const path = join(home, "models", "converted_models", "registry.json");
  const registry = JSON.parse(readFileSync(path, "utf8"));
  const lookup = { ...registry.models.bench, speculation: { kind: "prompt-lookup" } };
  writeFileSync(path, JSON.stringify({ ...registry, models: { ...registry.models, lookup } }));
}
