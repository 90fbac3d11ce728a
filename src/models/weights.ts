import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Type } from "@sinclair/typebox";
import { tryStat } from "../files.ts";
import { readJsonFile } from "./hf-config.ts";
import { readSafetensors } from "./safetensors.ts";

export interface Weights {
  /** Of the weight files, in bytes. */
  bytes: number;
  parameters: number;
  /** The names of all tensors, as far as files can be read that state them; empty: there are none. */
  tensors: ReadonlySet<string>;
}

/** How a sharded model lists its files: model.safetensors.index.json, pytorch_model.bin.index.json. */
const ShardIndex = Type.Object({ weight_map: Type.Record(Type.String(), Type.String()) });
const indexes = ["model.safetensors.index.json", "pytorch_model.bin.index.json"];
const weightFile = /\.(safetensors|bin|pt|pth)$/;
/** Files that end like weights but are not. */
const otherFile = /^(training_args|optimizer|scheduler|rng_state|tokenizer)/;

/**
 * The weights of a Hugging Face folder whose top files are `files`, or why they are incomplete. Without
 * headers to read, two bytes are taken for each parameter.
 */
export function readWeights(folder: string, files: readonly string[]): Weights | { problem: string } {
  const incomplete = findIncomplete(folder, files);
  if (incomplete !== null) return { problem: `incomplete download: ${incomplete}` };
  const shards = findShards(folder, files);
  const missing = [...shards.keys()].filter((name) => !files.includes(name));
  if (missing.length > 0) {
    const more = missing.length > 3 ? ` and ${missing.length - 3} more` : "";
    return { problem: `incomplete download: ${missing.slice(0, 3).join(", ")}${more} missing` };
  }
  const names = shards.size > 0 ? [...shards.keys()] : pickWeights(files);
  if (names.length === 0) return { problem: "it has no weights (.safetensors, .bin)" };
  const sum: Sum = { bytes: 0, parameters: 0, tensors: new Set() };
  for (const name of names) {
    const problem = add(sum, folder, name, shards.get(name) ?? []);
    if (problem !== null) return { problem };
  }
  return sum;
}

interface Sum extends Weights {
  tensors: Set<string>;
}

/** `listed`: the tensors that an index states of the file. Returns what is wrong with it, as a clause; null: nothing. */
function add(sum: Sum, folder: string, name: string, listed: readonly string[]): string | null {
  const size = Number(tryStat(join(folder, name))?.size ?? 0);
  if (size === 0) return `incomplete download: ${name} is empty`;
  sum.bytes += size;
  for (const tensor of listed) sum.tensors.add(tensor);
  if (!name.endsWith(".safetensors")) {
    sum.parameters += size / 2;
    return null;
  }
  const facts = readSafetensors(join(folder, name));
  if (facts === null) return `damaged or incomplete download: ${name} has no readable header`;
  if (size < facts.bytes) return `incomplete download: ${name} has ${size} of ${facts.bytes} bytes`;
  const held = new Set(facts.names);
  const lost = listed.find((tensor) => !held.has(tensor));
  if (lost !== undefined) return `damaged download: ${name} lacks ${lost}, which the index lists for it`;
  sum.parameters += facts.parameters;
  for (const tensor of facts.names) sum.tensors.add(tensor);
  return null;
}

/** The hub's clients write `*.incomplete`, here or under .cache; browsers `*.part` and `*.crdownload`. */
function findIncomplete(folder: string, files: readonly string[]): string | null {
  const isPart = (name: string) => /\.(incomplete|part|crdownload|aria2)$/.test(name);
  const here = files.find(isPart);
  if (here !== undefined) return here;
  const cache = ".cache/huggingface/download";
  return listFolder(join(folder, cache)).some(isPart) ? `${cache} holds unfinished files` : null;
}

/** The files that an index names, each with its tensors; empty: there is no index. */
function findShards(folder: string, files: readonly string[]): Map<string, string[]> {
  const index = indexes.find((name) => files.includes(name));
  const map = index === undefined ? {} : (readJsonFile(join(folder, index), ShardIndex)?.weight_map ?? {});
  return Map.groupBy(Object.keys(map), (tensor) => map[tensor] ?? "");
}

/** Safetensors where there are some: a folder may hold the same weights in two kinds of files. */
function pickWeights(files: readonly string[]): string[] {
  const weights = files.filter((name) => weightFile.test(name) && !otherFile.test(name));
  const safe = weights.filter((name) => name.endsWith(".safetensors"));
  return safe.length > 0 ? safe : weights;
}

function listFolder(path: string): string[] {
  try {
    return readdirSync(path, { recursive: true, encoding: "utf8" });
  } catch {
    return [];
  }
}
