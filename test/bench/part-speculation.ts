import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Figure } from "./goals.ts";
import { type ChatTarget, runLoad } from "./load.ts";
import { createHome, type ServerSetup, startServer } from "./server.ts";
import { median, round } from "./statistics.ts";

export interface SpeculationRow {
  what: string;
  streams: number;
  /** Tokens a second of each round with prompt lookup, and of the plain one beside it. */
  lookup: number[];
  plain: number[];
  ratio: number;
}

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

/** What is asked: answers that repeat their prompt, and one that does not. */
const tasks = [
  ["copy", `Repeat this Python code exactly, without any change:\n\n${code}`],
  ["edit", `Rename the function load to read_data and return the whole code:\n\n${code}`],
  [
    "quote",
    `${notes}\n\nAnswer with whole sentences of this text: who lived there, and when is the tower open?`,
  ],
  ["free", "Write a short story about a fisherman who finds a strange letter in a bottle."],
] as const;
const repeating = ["copy", "edit", "quote"];
const answerTokens = 128;

/** The same model with prompt lookup and without, in alternating pairs. */
export async function measureSpeculation(setup: ServerSetup): Promise<SpeculationRow[]> {
  const { home, remove } = createHome(setup.options);
  try {
    addEntries(home);
    await using server = await startServer({ ...setup, home });
    const [plain, lookup] = [
      { ...server, model: "bench" },
      { ...server, model: "lookup" },
    ];
    const rows: SpeculationRow[] = [];
    for (const [what, prompt] of tasks) rows.push(await measureTask(what, [prompt]));
    const [, free = ""] = tasks[3];
    rows.push(
      await measureTask(
        "free",
        Array.from({ length: 8 }, (_, index) => `${free} (${index})`),
      ),
    );
    return rows;

    async function measureTask(what: string, prompts: string[]): Promise<SpeculationRow> {
      const speed = async (target: ChatTarget) => {
        const { tokens, seconds } = await runLoad(target, prompts, answerTokens);
        return tokens / seconds;
      };
      // Both have the prompt in their cache then, and the one that guesses has seen such an answer.
      await speed(plain);
      await speed(lookup);
      const [fast, slow]: [number[], number[]] = [[], []];
      for (let pair = 0; pair < setup.options.rounds; pair++) {
        slow.push(round(await speed(plain)));
        fast.push(round(await speed(lookup)));
      }
      const ratios = fast.map((value, index) => value / (slow[index] ?? Number.NaN));
      const ratio = round(median(ratios), 3);
      return { what, streams: prompts.length, lookup: fast, plain: slow, ratio };
    }
  } finally {
    remove();
  }
}

/** Beside the model as it is, the same with speculation. */
function addEntries(home: string): void {
  const path = join(home, "models", "converted_models", "registry.json");
  const registry = JSON.parse(readFileSync(path, "utf8"));
  const lookup = { ...registry.models.bench, speculation: { kind: "prompt-lookup" } };
  writeFileSync(path, JSON.stringify({ ...registry, models: { ...registry.models, lookup } }));
}

export function toSpeculationFigures(rows: SpeculationRow[]): Figure[] {
  return rows.map(({ what, streams, ratio }) => ({
    name: `prompt lookup / plain, ${what}, ${streams} at once`,
    value: ratio,
    unit: "",
    goal: { atLeast: repeating.includes(what) ? 1.3 : 0.97 },
  }));
}
