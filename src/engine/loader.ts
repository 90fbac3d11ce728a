import { OvError } from "../errors.ts";
import { findUnwritable } from "../linux/folders.ts";
import type { Log } from "../log.ts";
import type { ModelDescription } from "../models/description.ts";
import { type EmbeddingFacts, withWishes } from "../models/embedding.ts";
import { describeModel } from "../models/folder.ts";
import { checkEntryTask } from "../models/served.ts";
import { findTask, mainOperation, toTaskName } from "../models/tasks.ts";
import type { LoadMessage } from "../protocol/load.ts";
import type { SpeculationMessage } from "../protocol/request.ts";
import { protocolVersion } from "../protocol/version.ts";
import { prepareCopy } from "./copies/copies.ts";
import { planSpeculation } from "./draft/speculation.ts";
import type { Engines } from "./kinds/engines.ts";
import type { Launcher } from "./kinds/kind.ts";
import type { ObserveModel } from "./model/events.ts";
import type { LoadModel } from "./model/loaded.ts";
import type { ModelTarget } from "./model/target.ts";
import { startHost } from "./supervise/host.ts";
import { toStallSeconds } from "./supervise/stall.ts";

export interface LoaderOptions {
  engines: Pick<Engines, "choose">;
  /** As the memory budget has it; see `createMemory`. */
  kvCacheGb: number;
  maxConcurrent: number;
  modelCacheDir: string;
  /** OV_PREFILL_CHUNK, in tokens; null: what suits the device. */
  prefillChunk?: number | null;
  /** OV_SPECIAL_TOKENS. Absent: control */
  specialTokens?: "control" | "text";
  /** OV_GGUF_CACHE, in bytes; 0: .gguf files are not copied. */
  ggufCache: number;
  loadSeconds: number;
  stallSeconds: number;
  /** Whether a model with speculation guesses from its load on. Absent: once that looks worth it */
  guessAtOnce?: boolean;
  log: Log;
  observe?: ObserveModel;
}

/** Loads models into hosts. The files are checked first, so that a wrong path or task fails clearly and at once. */
export function createLoader(options: LoaderOptions): LoadModel {
  const { log, observe, loadSeconds } = options;
  return async (target, signal) => {
    const { name } = target;
    const { described, embedding, task } = await examine(target);
    const unwritable =
      target.device === "CPU" ? null : findUnwritable(options.modelCacheDir, "OV_MODEL_CACHE_DIR");
    if (unwritable !== null) log.warn(unwritable, { model: name });
    const { argv, env, load } = await prepare(options, target, { described, embedding, task });
    const host = await startHost({
      model: name,
      argv,
      env,
      load,
      loadSeconds,
      stallSeconds: toStallSeconds(options.stallSeconds),
      log,
      onCacheUsage: (usage) => observe?.({ type: "kv_cache", model: name, usage }),
      onGrammars: (grammars) => observe?.({ type: "grammars", model: name, ...grammars }),
      onSpeculation: (report) => reportSpeculation(options, name, report),
      signal,
    });
    if (host.ready.warning !== undefined) log.warn(host.ready.warning, { model: name });
    return { host, defaults: described.defaults, embedding };
  };
}

/** What a model's files state, as changed by its entry. */
interface Examined {
  described: ModelDescription;
  embedding: EmbeddingFacts | null;
  task: string;
}

/** Throws if files are missing, if their task is not the entry's, or if its embeddings cannot be computed. */
async function examine({ name, path, task: stated, embedding: wishes }: ModelTarget): Promise<Examined> {
  const described = await describeModel(path);
  checkEntryTask(name, stated, described);
  const task = findTask(stated) === null ? (described.task ?? stated) : stated;
  const embedding = described.embedding && withWishes(described.embedding, wishes);
  if (!embedding?.problem) return { described, embedding, task };
  const what = `Cannot load model ${JSON.stringify(name)}`;
  throw new OvError("model_load_failed", { what, why: embedding.problem, next: "Use another model." });
}

/** The program that is to run the model, and the message that has it loaded. */
async function prepare(
  options: LoaderOptions,
  target: ModelTarget,
  { described, embedding, task }: Examined,
): Promise<Pick<Launcher, "argv" | "env"> & { load: LoadMessage }> {
  const { name, path, device, contextLength } = target;
  const launcher = await options.engines.choose({ ...target, task }, mainOperation(task));
  launcher.restore?.();
  const { argv, env, engine, toProperties } = launcher;
  const wantsCopy = path.endsWith(".gguf") && engine === "batching";
  const copy = wantsCopy ? await prepareCopy(options, path) : null;
  const { speculation, problem } = await planSpeculation(options, { ...target, task }, engine);
  if (problem !== null) options.log.warn(problem, { model: name });
  const prefillChunk = target.prefillChunk ?? options.prefillChunk;
  const load: LoadMessage = {
    type: "load",
    protocol: protocolVersion,
    path,
    task: toTaskName(task),
    device,
    context_length: contextLength ?? described.contextLength,
    ...(embedding && { embedding: embedding.way }),
    kv_cache_gb: options.kvCacheGb,
    max_concurrent: options.maxConcurrent,
    ...(options.specialTokens === "text" && { control_tokens: true }),
    trace: true,
    cache_dir: options.modelCacheDir,
    ...(copy && { copy }),
    ...(speculation && {
      speculation: { ...speculation, ...(options.guessAtOnce && { at_once: true }) },
    }),
    ...(prefillChunk && { prefill_chunk: prefillChunk }),
    properties: toProperties(target.properties),
  };
  return { argv, env, load };
}

function reportSpeculation(
  { log, observe }: Pick<LoaderOptions, "log" | "observe">,
  model: string,
  { drafts, draft_tokens, accepted_tokens, active, worth, problem }: SpeculationMessage,
): void {
  observe?.({ type: "speculation", model, drafts, draft_tokens, accepted_tokens });
  if (problem !== undefined) log.warn(`Cannot speculate: ${problem}`, { model });
  if (active === undefined) return;
  const does = active ? "turned on: it makes answers faster" : "turned off: it would make answers slower";
  log.info(`speculation ${does}`, { model, speed_of_plain: worth });
}
