import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runLoad } from "../measuring/load.ts";
import { median, round } from "../measuring/statistics.ts";
import { type Ground, type Growth, type GrowthServer, startGrowthServer } from "../programs/ground.ts";

const sizes = [1, 10, 100, 1000];
const turns = 4;
const requests = 15;
/** At 1,000 models to 1: a request looks its model up, and reads nothing of the others. */
const goal = 1.15;

/** What a request costs while the registry grows; the sizes take turns, because the machine's speed drifts. */
export async function measureRegistry(ground: Ground): Promise<Growth> {
  await using server = await startGrowthServer(ground, ground.options);
  const path = join(server.home, "models", "converted_models", "registry.json");
  const { models } = JSON.parse(readFileSync(path, "utf8"));
  const [entry] = Object.values(models);
  const prompt = ground.prompts.next();
  await runLoad(server, [prompt], 1);
  const seen = new Map(sizes.map((size) => [size, { chats: [] as number[], lists: [] as number[] }]));
  for (let turn = 0; turn < turns; turn++) {
    for (const [size, { chats, lists }] of seen) {
      const others = Object.fromEntries(
        Array.from({ length: size - 1 }, (_, index) => [`other-${index}`, entry]),
      );
      writeFileSync(`${path}.new`, JSON.stringify({ version: 1, models: { ...models, ...others } }));
      renameSync(`${path}.new`, path);
      await list(server, size);
      for (let index = 0; index < requests; index++) {
        chats.push((await runLoad(server, [prompt], 1)).seconds * 1000);
        if (index < 3) lists.push(await list(server, size));
      }
    }
  }
  const toPoints = (key: "chats" | "lists") =>
    [...seen].map(([size, values]): [number, number] => [size, round(median(values[key]))]);
  const chats = toPoints("chats");
  return {
    curves: [
      {
        name: "registry",
        title: "Requests while the registry grows",
        x: { name: "registered models", log: true },
        y: { name: "ms" },
        series: [
          { name: "a chat of one token, its prompt cached", points: chats },
          { name: "GET /v1/models", points: toPoints("lists") },
        ],
      },
    ],
    figures: [
      {
        name: "a request with 1,000 registered models / with 1",
        value: round((chats.at(-1)?.[1] ?? Number.NaN) / (chats[0]?.[1] ?? Number.NaN), 3),
        unit: "",
        goal: { atMost: goal },
      },
    ],
  };
}

/** Milliseconds of a list of the models, which must have `size` of them. */
async function list({ host, port }: GrowthServer, size: number): Promise<number> {
  const started = performance.now();
  const response = await fetch(`http://${host}:${port}/v1/models`);
  const { data }: { data: { id: string }[] } = JSON.parse(await response.text());
  const taken = performance.now() - started;
  if (data.length !== size) throw new Error(`The server lists ${data.length} models of ${size}.`);
  return taken;
}
