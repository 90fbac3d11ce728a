import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Static, Type } from "@sinclair/typebox";
import { type Dense, readDense } from "./dense.ts";
import { readJsonFile } from "./hf-config.ts";
import { readIrOutputs } from "./ir.ts";

/** The ways to make one vector of a text's tokens that ov-llm computes, as sentence-transformers names them. */
const poolings = ["cls", "mean", "max", "mean_sqrt_len_tokens", "lasttoken"] as const;

/** A module of sentence-transformers behind the pooling. */
export type Layer = Dense | { kind: "normalize" };

/** How a model makes one vector of a text, by the files of sentence-transformers that lie in its folder. */
export interface EmbeddingFacts {
  way: {
    pooling: (typeof poolings)[number];
    /** What the pooled vectors go through, in this order. */
    layers: Layer[];
    /** Each vector is brought to length 1 in the end. */
    normalize: boolean;
  };
  /** The longest input in tokens; null: they do not say. */
  maxTokens: number | null;
  /** Texts that stand before each input, by what that is: `query`, `document`, … */
  prompts: Readonly<Record<string, string>>;
  /** The prompt of inputs that say nothing. */
  defaultPrompt: string | null;
  /** Texts are made lower case first, prompts included. */
  lowerCase: boolean;
  /**
   * How long its vectors may be made by cutting them (Matryoshka): the lengths that were trained, `any`, or null where the
   * files do not say.
   */
  dimensions: readonly number[] | "any" | null;
  /** What of its modules ov-llm does not compute, as a clause; null: nothing. */
  problem: string | null;
}

/** What an entry of the registry states instead of the files. */
export interface EmbeddingWishes {
  pooling?: EmbeddingFacts["way"]["pooling"];
  normalize?: boolean;
  query_prompt?: string;
  document_prompt?: string;
  dimensions?: number[];
}

/** Who names the pooling knows what the files' modules lack. */
export function withWishes(
  facts: EmbeddingFacts,
  wishes: EmbeddingWishes | null | undefined,
): EmbeddingFacts {
  const { pooling, normalize, query_prompt: query, document_prompt: document, dimensions } = wishes ?? {};
  return {
    ...facts,
    way: {
      ...facts.way,
      pooling: pooling ?? facts.way.pooling,
      normalize: normalize ?? facts.way.normalize,
    },
    prompts: {
      ...facts.prompts,
      ...(query !== undefined && { query }),
      ...(document !== undefined && { document }),
    },
    dimensions: dimensions ?? facts.dimensions,
    problem: pooling === undefined ? facts.problem : null,
  };
}

const Modules = Type.Array(Type.Object({ path: Type.Optional(Type.String()), type: Type.String() }));
const positive = Type.Integer({ minimum: 1 });

/** 1_Pooling/config.json: a key for each way, or since release 5 the name of one. */
const Pooling = Type.Object({
  pooling_mode: Type.Optional(Type.String()),
  pooling_mode_cls_token: Type.Optional(Type.Boolean()),
  pooling_mode_mean_tokens: Type.Optional(Type.Boolean()),
  pooling_mode_max_tokens: Type.Optional(Type.Boolean()),
  pooling_mode_mean_sqrt_len_tokens: Type.Optional(Type.Boolean()),
  pooling_mode_weightedmean_tokens: Type.Optional(Type.Boolean()),
  pooling_mode_lasttoken: Type.Optional(Type.Boolean()),
  /** False: the tokens of a prompt are left out of the vector. */
  include_prompt: Type.Optional(Type.Boolean()),
});
const Sentence = Type.Object({
  max_seq_length: Type.Optional(Type.Union([positive, Type.Null()])),
  do_lower_case: Type.Optional(Type.Boolean()),
});
const SentenceTransformers = Type.Object({
  prompts: Type.Optional(Type.Record(Type.String(), Type.String())),
  default_prompt_name: Type.Optional(Type.Union([Type.String(), Type.Null()])),
});
/** vLLM reads these keys of config.json, too. */
const Matryoshka = Type.Object({
  is_matryoshka: Type.Optional(Type.Boolean()),
  matryoshka_dimensions: Type.Optional(Type.Array(positive)),
});

/** What sentence-transformers reads of a folder: at its top, and in the folders that modules.json names. */
const ownFiles = ["modules.json", "sentence_bert_config.json", "config_sentence_transformers.json"] as const;

/** Those of them that are there, by their paths in the folder. Weights in torch's own form are left out. */
export function listEmbeddingFiles(path: string): string[] {
  const files = readModules(path).flatMap(({ type, path: folder }) => {
    if (!isFolder(folder)) return [];
    const names = type === dense ? ["config.json", "model.safetensors"] : ["config.json"];
    return names.map((name) => join(folder, name));
  });
  return [...ownFiles, ...files].filter((name) => existsSync(join(path, name)));
}

const transformer = "Transformer";
const dense = "Dense";
const normalizing = "Normalize";

interface Module {
  /** The name of its class. */
  type: string;
  path: string;
}

function readModules(path: string): Module[] {
  const modules = readJsonFile(join(path, "modules.json"), Modules) ?? [];
  return modules.map(({ type, path = "" }) => ({ type: type.split(".").at(-1) ?? type, path }));
}

/** Where modules.json has the network itself, as early releases of sentence-transformers wrote it; null: not in a folder. */
export function findNetworkFolder(path: string): string | null {
  return readModules(path).find(({ type }) => type === transformer)?.path || null;
}

/** Whether it names a folder in the model's own. */
function isFolder(path: string): boolean {
  return /^\w[\w.-]*$/.test(path);
}

/**
 * The facts of a folder; without such files, mean pooling and vectors of length 1. `pickled`: weights may be in torch's own
 * form, which only the conversion reads.
 */
export function readEmbedding(path: string, options = { pickled: false }): EmbeddingFacts {
  const config = readJsonFile(join(path, "config_sentence_transformers.json"), SentenceTransformers) ?? {};
  const { prompts = {}, default_prompt_name } = config;
  const sentence = readJsonFile(join(path, "sentence_bert_config.json"), Sentence) ?? {};
  const modules = readModules(path);
  const pooling = readPooling(
    join(path, modules.find(({ type }) => type === "Pooling")?.path ?? "1_Pooling"),
  );
  const isWhole = readIrOutputs(join(path, "openvino_model.xml")).some(({ name }) => name === wholeOutput);
  const { layers, problem } = isWhole ? noLayers : readLayers(path, modules, options);
  return {
    way: {
      pooling: pooling.way ?? "mean",
      layers,
      normalize: modules.length === 0 || modules.at(-1)?.type === normalizing,
    },
    maxTokens: sentence.max_seq_length ?? null,
    lowerCase: sentence.do_lower_case ?? false,
    prompts,
    defaultPrompt: prompts[default_prompt_name ?? ""] || null,
    dimensions: readDimensions(path),
    problem: isWhole ? null : (problem ?? pooling.problem),
  };
}

/** That of a model whose network makes the vector by itself: optimum exports it so where it has sentence-transformers. */
const wholeOutput = "sentence_embedding";

interface Layers {
  layers: Layer[];
  problem: string | null;
}

const noLayers: Layers = { layers: [], problem: null };

/** What stands behind the pooling, but for a last `Normalize`. */
function readLayers(path: string, modules: readonly Module[], options: { pickled: boolean }): Layers {
  const rest = modules.filter(({ type }) => type !== transformer && type !== "Pooling");
  if (rest.at(-1)?.type === normalizing) rest.pop();
  const layers: Layer[] = [];
  for (const module of rest) {
    const layer = readLayer(path, module, options);
    if ("problem" in layer) return { layers, problem: layer.problem };
    layers.push(layer);
  }
  return { layers, problem: findMisplaced(modules) };
}

function readLayer(path: string, module: Module, options: { pickled: boolean }): Layer | { problem: string } {
  if (module.type === normalizing) return { kind: "normalize" };
  if (module.type === dense && isFolder(module.path)) return readDense(path, module.path, options);
  return { problem: `its modules.json has a "${module.type}" that the export lacks` };
}

/** A layer before the pooling would be one of tokens. */
function findMisplaced(modules: readonly Module[]): string | null {
  const pooling = modules.findIndex(({ type }) => type === "Pooling");
  const before = modules.slice(0, pooling === -1 ? 0 : pooling).find(({ type }) => type !== transformer);
  return before === undefined ? null : `its modules.json has a "${before.type}" before the pooling`;
}

function readPooling(folder: string): {
  way: EmbeddingFacts["way"]["pooling"] | null;
  problem: string | null;
} {
  const config: Static<typeof Pooling> = readJsonFile(join(folder, "config.json"), Pooling) ?? {};
  const { pooling_mode, include_prompt = true, ...switches } = config;
  const on = Object.entries(switches).flatMap(([key, value]) =>
    value === true ? key.replace(/^pooling_mode_/, "").replace(/^(cls|mean|max)_tokens?$/, "$1") : [],
  );
  const wanted = pooling_mode === undefined ? on : [pooling_mode];
  const [name] = wanted;
  if (name === undefined) return { way: null, problem: null };
  const way = poolings.find((known) => known === name) ?? null;
  if (way === null || wanted.length > 1) {
    return { way, problem: `ov-llm does not compute its pooling (${wanted.join(" with ")})` };
  }
  // One token's vector is the same with a prompt and without.
  const isOfAll = way !== "cls" && way !== "lasttoken";
  const problem = "its pooling leaves out prompts (include_prompt), which ov-llm does not compute";
  return { way, problem: isOfAll && !include_prompt ? problem : null };
}

function readDimensions(path: string): EmbeddingFacts["dimensions"] {
  const { is_matryoshka, matryoshka_dimensions } = readJsonFile(join(path, "config.json"), Matryoshka) ?? {};
  return matryoshka_dimensions ?? (is_matryoshka ? "any" : null);
}
