import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { loadSettings } from "../../src/config/load.ts";
import { runtimePython } from "../../src/engine/kinds/batching/probe.ts";
import { starterModel } from "../../src/library/starter.ts";
import { parseRegistry } from "../../src/registry/schema.ts";
import { type GrowthPart, growthParts, isGrowthPart, type Part, parts } from "./known-parts.ts";
import type { KindModel } from "./models/kind-models.ts";
import { shapes } from "./models/random-model.ts";
import type { BenchOptions, Peer } from "./options.ts";
import { llamaName } from "./programs/llama.ts";
import { chooseEntries } from "./report/plan.ts";

/** What the command line asks for. */
export interface Arguments extends BenchOptions {
  /** Where the figures go as JSON. */
  json: string;
  only: readonly (Part | GrowthPart)[];
  /** Entries of report/plan.ts to measure for docs/performance.md; null: that was not asked for. */
  report: readonly string[] | null;
  /** Whether llama.cpp's server is such a peer, started by the bench with the same file. */
  llama: boolean;
}

export const help = `bun run bench [options]: the server's speed beside the raw engine's

  --json PATH           the figures as JSON (dist/bench.json)
  --only PARTS          of ${parts.join(",")} (all),
                        and of ${Object.keys(growthParts).join(",")}
  --report              measure all that docs/performance.md shows, and write it; --only picks its entries
  --concurrency LIST    requests at once (1,4,16)
  --tokens N            new tokens of each answer (128)
  --rounds N            pairs of rounds for each of these (10)
  --processes N         starts of all for the parts load and speculation, each with all rounds (1)
  --prefixes N          fresh prefixes (7)
  --starts N            starts of the executable (15)
  --idle-seconds N      (60)
  --kv-cache-gb N       for both (1)
  --device NAME         for both (CPU)
  --model PATH          model (OV_TEST_MODEL, else the installed ${starterModel.name}), or a shape of random weights,
                        which is made: ${Object.keys(shapes).join(", ")}
  --peer llama.cpp      also load llama.cpp's server, which is installed and started with the same .gguf file
  --peer NAME=URL       also load this OpenAI-compatible server; may be given again
  --peer-model NAME     the model's name there
  --vision-model PATH   another model that sees, for the part on pictures
`;

/** Reads the command line; null: help was asked for. Throws what a user should read. */
export function parseArguments(argv: string[]): Arguments | null {
  const text = (value: string) => ({ type: "string", default: value }) as const;
  const { values } = parseArgs({
    args: argv,
    options: {
      help: { type: "boolean", short: "h" },
      json: text("dist/bench.json"),
      only: { type: "string" },
      report: { type: "boolean", default: false },
      concurrency: text("1,4,16"),
      tokens: text("128"),
      rounds: text("10"),
      processes: text("1"),
      prefixes: text("7"),
      starts: text("15"),
      "idle-seconds": text("60"),
      "kv-cache-gb": text("1"),
      device: text("CPU"),
      model: { type: "string" },
      peer: { type: "string", multiple: true, default: [] },
      "peer-model": text("default"),
      "vision-model": { type: "string" },
    },
  });
  if (values.help) return null;
  return {
    json: values.json,
    only: values.report ? [] : (values.only?.split(",").map(toPart) ?? parts),
    report: values.report ? chooseEntries(values.only) : null,
    concurrency: values.concurrency.split(",").map((value) => toCount("concurrency", value)),
    tokens: toCount("tokens", values.tokens),
    rounds: toCount("rounds", values.rounds),
    processes: toCount("processes", values.processes),
    prefixes: toCount("prefixes", values.prefixes),
    starts: toCount("starts", values.starts),
    idleSeconds: toCount("idle-seconds", values["idle-seconds"]),
    kvCacheGb: toCount("kv-cache-gb", values["kv-cache-gb"]),
    device: values.device,
    modelPath: values.model ?? findModel(),
    kinds: values["vision-model"] === undefined ? [] : [toVision(values["vision-model"])],
    runtimeDir: findRuntime(),
    peers: values.peer
      .filter((value) => value !== llamaName)
      .map((value) => toPeer(value, values["peer-model"])),
    llama: values.peer.includes(llamaName),
  };
}

function toPart(value: string): Part | GrowthPart {
  if (isGrowthPart(value)) return value;
  const found = parts.find((part) => part === value);
  if (found !== undefined) return found;
  const known = [...parts, ...Object.keys(growthParts)].join(", ");
  throw new Error(`--only knows ${known}, but not ${JSON.stringify(value)}.`);
}

function toCount(flag: string, value: string): number {
  const count = Number(value);
  if (!Number.isInteger(count) || count < 1)
    throw new Error(`--${flag} wants whole numbers of 1 or more, not ${JSON.stringify(value)}.`);
  return count;
}

function toPeer(value: string, model: string): Peer {
  const [, name, url] = /^([^=]+)=(http:\/\/.+)$/.exec(value) ?? [];
  if (!name || !url)
    throw new Error(`--peer wants ${llamaName} or NAME=http://HOST:PORT, not ${JSON.stringify(value)}.`);
  return { name, url: new URL(url), model };
}

function findRuntime(): string {
  const runtimeDir = process.env.OV_TEST_RUNTIME_DIR ?? loadSettings().settings.runtimeDir;
  if (existsSync(runtimePython(runtimeDir))) return runtimeDir;
  throw new Error(
    `No engine is installed in ${runtimeDir}: run \`ov-llm setup\`, or set OV_TEST_RUNTIME_DIR to its environment.`,
  );
}

function toVision(path: string): KindModel {
  return { kind: "vision", name: basename(path), path };
}

/** The real model that is measured where nobody names one. */
export function findModel(): string {
  if (process.env.OV_TEST_MODEL) return process.env.OV_TEST_MODEL;
  const { registryPath } = loadSettings().settings;
  const { entries } = parseRegistry(existsSync(registryPath) ? readFileSync(registryPath, "utf8") : noModels);
  const entry = entries.get(starterModel.name);
  if (entry !== undefined) return entry.path;
  throw new Error(
    `${registryPath} has no ${starterModel.name}: run \`ov-llm setup --starter\`, or name a model with --model or OV_TEST_MODEL.`,
  );
}

const noModels = '{"version":1,"models":{}}';
