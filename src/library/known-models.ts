import { readMachineMemory } from "../linux/memory.ts";
import { isSameTask, toTaskName } from "../models/tasks.ts";
import data from "./known-models.json" with { type: "json" };

/** A model of the hub that this release can make ready and serve. */
export interface KnownModel {
  /** A short name for `ov-llm pull`. */
  name: string;
  /** `owner/name` on the hub. */
  repo: string;
  task: string;
  /** As its model card says. */
  parameters_billion: number;
  /** Of a mixture of experts: how many compute each token; null: all of them. */
  active_billion: number | null;
  licence: string;
  /** Its owner requires that you accept the terms on the hub first. */
  gated: boolean;
  good_at: string;
  /** It was trained to call tools. Any other model can be made to, less well. */
  tools: boolean;
  /** The same model as Intel publishes it for the engine, to be pulled without conversion; null: none is known. */
  ready: string | null;
}

/** What it takes, in bytes, estimated from the number of parameters. */
export interface ModelNeeds {
  download: number;
  /** On disk once it is converted. */
  int4: number;
  int8: number;
  /** To serve it in that format. */
  memoryInt4: number;
  memoryInt8: number;
  /** To convert it. */
  conversion: number;
}

export function listKnownModels(): readonly KnownModel[] {
  return data;
}

/** By its short name, in any case. */
export function findKnownModel(name: string): KnownModel | undefined {
  return listKnownModels().find((model) => model.name === name.toLowerCase());
}

/** By the name of its repository on the hub, in any case; by that of the ready-made one, too. */
export function findKnownRepo(repo: string): KnownModel | undefined {
  const asked = repo.toLowerCase();
  return listKnownModels().find((model) =>
    [model.repo, model.ready].some((one) => one?.toLowerCase() === asked),
  );
}

const gigabyte = 1024 ** 3;
// Bytes a parameter takes, with its share of scales and of tables that stay at 8 bits.
const bytesEach = { bf16: 2, int8: 1.1, int4: 0.7 };
// The engine itself, and a KV cache for some thousand tokens.
const beside = 1.5 * gigabyte;
// Python, torch and OpenVINO.
const exporter = gigabyte;

export function estimateNeeds({ parameters_billion }: Pick<KnownModel, "parameters_billion">): ModelNeeds {
  const parameters = parameters_billion * 1e9;
  const download = parameters * bytesEach.bf16;
  const int4 = parameters * bytesEach.int4;
  const int8 = parameters * bytesEach.int8;
  return {
    download,
    int4,
    int8,
    memoryInt4: int4 + beside,
    memoryInt8: int8 + beside,
    conversion: 2 * download + exporter,
  };
}

/** What two channels of memory of a home machine give in practice, in bytes a second. */
const bandwidth = 50e9;

/** How an answer's text comes: compared with reading along, which takes some 8 tokens a second. */
export type SpeedClass = "fast" | "pleasant" | "slow";

/**
 * How fast an answer of a language model comes, estimated: each token reads all weights that compute it once, and memory
 * bounds that. null: the model writes no text.
 */
export function estimateSpeed(model: KnownModel): Record<"int8" | "int4", SpeedClass> | null {
  if (!writesText(model)) return null;
  const weights = (model.active_billion ?? model.parameters_billion) * 1e9;
  const toClass = (bytes: number): SpeedClass => {
    const tokensPerSecond = bandwidth / (weights * bytes);
    return tokensPerSecond >= 25 ? "fast" : tokensPerSecond >= 8 ? "pleasant" : "slow";
  };
  return { int8: toClass(bytesEach.int8), int4: toClass(bytesEach.int4) };
}

/** As people call it: without how the model is exported. */
export function nameTask({ task }: KnownModel): string {
  return toTaskName(task);
}

export function writesText({ task }: Pick<KnownModel, "task">): boolean {
  return isSameTask(task, "text-generation") || isSameTask(task, "image-text-to-text");
}

/** Of a machine, in bytes. */
export interface Memory {
  total: number;
  withSwap: number;
}

/** This machine's. */
export function readMemory(): Memory {
  const { total, swapTotal } = readMachineMemory();
  return { total, withSwap: total + swapTotal };
}

/** The best format in which a machine can have a model, and how it gets there; or what the machine has too little memory for. */
export type Fit =
  | { format: "int8" | "int4"; by: "conversion" | "ready_made" }
  | { format: null; lacks_memory_to: "serve" | "convert" };

/** What a model that is served may take, in bytes: a fifth of the memory is left to others. */
export function findMostServed({ total }: Memory): number {
  return total * 0.8;
}

/** The conversion may use all of the memory, and swap. */
export function findFit(model: KnownModel, memory: Memory): Fit {
  const needs = estimateNeeds(model);
  const mostServed = findMostServed(memory);
  if (needs.memoryInt4 > mostServed) return { format: null, lacks_memory_to: "serve" };
  const best = needs.memoryInt8 <= mostServed ? "int8" : "int4";
  if (needs.conversion <= memory.withSwap) return { format: best, by: "conversion" };
  const ready = toReadyFormat(model);
  if (ready === null || (ready === "int8" && best === "int4"))
    return { format: null, lacks_memory_to: "convert" };
  return { format: ready, by: "ready_made" };
}

/** Of the ready-made one; null: there is none. */
export function toReadyFormat({ ready }: KnownModel): "int8" | "int4" | null {
  if (ready === null) return null;
  return ready.includes("int4") ? "int4" : "int8";
}

/** What keeps this machine from converting a model of the catalogue, in bytes; `ready`: the name of the ready-made version, which needs no conversion. */
export interface ConversionLack {
  name: string;
  needed: number;
  has: number;
  ready: string | null;
}

/** null: the model can be converted, or is not known. */
export function findConversionLack(repo: string, memory: Memory): ConversionLack | null {
  const model = findKnownRepo(repo);
  if (model === undefined || model.ready?.toLowerCase() === repo.toLowerCase()) return null;
  const { conversion: needed } = estimateNeeds(model);
  if (needed <= memory.withSwap) return null;
  const ready = findFit(model, memory).format === null ? null : model.ready;
  return { name: model.name, needed, has: memory.withSwap, ready };
}

export interface Recommendation {
  model: KnownModel;
  format: "int8" | "int4";
}

/** As large as stays pleasant to read along with on a home machine, in billions of parameters. */
const mostPleasant = { gpu: 9, cpu: 4.5 };

/**
 * The largest model with tools, free of terms, that a machine can convert and serve at a pleasant speed, the newest of that
 * size; null: none fits. `hasGpu`: whether it has a GPU that can be used.
 */
export function recommendModel(memory: Memory, hasGpu: boolean): Recommendation | null {
  const most = hasGpu ? mostPleasant.gpu : mostPleasant.cpu;
  const fitting = listKnownModels().flatMap((model) => {
    const fit = findFit(model, memory);
    if (fit.format === null || fit.by !== "conversion" || model.parameters_billion > most) return [];
    return model.tools && !model.gated ? [{ model, format: fit.format }] : [];
  });
  return fitting.reduce<Recommendation | null>(
    (best, next) =>
      best === null || next.model.parameters_billion >= best.model.parameters_billion ? next : best,
    null,
  );
}
