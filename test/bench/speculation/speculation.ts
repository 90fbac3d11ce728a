import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Figure } from "../measuring/goals.ts";
import { type ChatTarget, type Prompt, runLoad } from "../measuring/load.ts";
import { median, round, toTokensPerSecond } from "../measuring/statistics.ts";
import { type Ground, type Growth, type GrowthServer, startGrowthServer } from "../programs/ground.ts";
import { whenQuiet } from "../programs/processes.ts";
import type { BenchServer } from "../programs/server.ts";
import { repeatingTasks, story } from "./repeating-tasks.ts";

const goals = { repeating: { atLeast: 1.3 }, free: { atLeast: 0.97 } };
const streams = 8;
const answerTokens = 128;
/** Answers before those that are measured: how often guesses are right is learned from the last few. */
const learned = 4;

interface Task {
  what: string;
  prompts: Prompt[];
  goal: { atLeast: number };
}

const stories = Array.from({ length: streams }, (_, index) => `${story} It is number ${index}.`);
const tasks: Task[] = [
  ...Object.entries(repeatingTasks).map(
    ([what, task]): Task => ({ what, prompts: [task], goal: goals.repeating }),
  ),
  { what: "free text", prompts: [story], goal: goals.free },
  { what: `free text at ${streams}`, prompts: stories, goal: goals.free },
];

/** The same model with prompt lookup and without, in alternating pairs, with several processes of each. */
export async function measureSpeculation(ground: Ground): Promise<Growth> {
  const found = tasks.map((): number[] => []);
  for (let start = 0; start < ground.options.processes; start++) {
    for (const [index, ratios] of (await compareTasks(ground)).entries()) found[index]?.push(...ratios);
  }
  const figures = tasks.map(
    ({ what, goal }, index): Figure => ({
      name: `tokens/s with prompt lookup / plain, ${what}`,
      value: round(median(found[index] ?? []), 3),
      unit: "",
      goal,
    }),
  );
  return { curves: [], figures };
}

/** The ratios of each task's pairs. */
async function compareTasks(ground: Ground): Promise<number[][]> {
  const { options } = ground;
  await using server = await startGrowthServer(ground, { modelPath: options.modelPath });
  const lookup = addEntry(server, "lookup", { kind: "prompt-lookup" });
  for (const task of Object.values(repeatingTasks)) await runLoad(lookup, [task], answerTokens, {});
  await waitUntilGuessing(server, "lookup");
  const ratios: number[][] = [];
  for (const { prompts } of tasks) ratios.push(await comparePairs(server, lookup, prompts, options.rounds));
  return ratios;
}

/** Opening the pipeline that guesses takes as long as a load; where guesses do not pay, it is never turned on. */
export async function waitUntilGuessing(server: GrowthServer, model: string): Promise<void> {
  const seconds = 90;
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const last = server.lines.slice(-8).join("\n");
    reject(new Error(`Speculation was not turned on within ${seconds} s:\n${last}`));
  }, seconds * 1000);
  try {
    await Promise.race([server.logged(new RegExp(` speculation turned on\\b.* model=${model}\\b`)), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Tokens a second of the one with guesses to those of the plain one, of neighbouring rounds. */
export async function comparePairs(
  plain: BenchServer,
  guessing: ChatTarget,
  prompts: Prompt[],
  rounds: number,
  { tokens, extra = {} }: { tokens: number; extra?: Record<string, unknown> } = { tokens: answerTokens },
): Promise<number[]> {
  const run = async (target: ChatTarget) => toTokensPerSecond(await runLoad(target, prompts, tokens, extra));
  // What the other's host does in its idle moments after a run is not to slow this one.
  const runAlone = async (target: ChatTarget) => {
    await whenQuiet(plain.pid);
    return await run(target);
  };
  // Both have the prompts in their caches then.
  await run(plain);
  for (let answer = 0; answer < learned; answer++) await run(guessing);
  const ratios: number[] = [];
  for (let pair = 0; pair < rounds; pair++) {
    const slow = await runAlone(plain);
    ratios.push((await runAlone(guessing)) / slow);
  }
  return ratios;
}

/** Registers the server's model once more, with speculation. */
export function addEntry(server: GrowthServer, name: string, speculation: object): ChatTarget {
  changeModels(server.home, (models) => ({ ...models, [name]: { ...models[server.model], speculation } }));
  return { ...server, model: name };
}

interface Models {
  [name: string]: object | undefined;
}

export function changeModels(home: string, change: (models: Models) => Models): void {
  const path = join(home, "models", "converted_models", "registry.json");
  const registry = JSON.parse(readFileSync(path, "utf8"));
  writeFileSync(path, JSON.stringify({ ...registry, models: change(registry.models) }));
}
