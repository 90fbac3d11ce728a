import { withDraftFiles } from "../engine/draft/files.ts";
import { planSpeculation } from "../engine/draft/speculation.ts";
import type { EngineReport } from "../engine/kinds/kind.ts";
import type { EngineChoice } from "../engine/model/target.ts";
import { OvError, toReason } from "../errors.ts";
import type { ModelDescription } from "../models/description.ts";
import { describeModel } from "../models/folder.ts";
import { toScaledContext } from "../models/rope.ts";
import { checkEntryTask } from "../models/served.ts";
import { createStampReader } from "../models/stamp.ts";
import { mainOperation } from "../models/tasks.ts";
import { findDeviceProblem } from "../protocol/device.ts";
import type { RegistryEntry } from "../registry/schema.ts";

export interface Changed {
  name: string;
  /** As it is after the change. */
  entry: RegistryEntry;
  /** The keys of the entry that were set. */
  keys: ReadonlySet<string>;
}

/** An engine, and what OpenVINO sees with it. */
export interface EngineFacts extends Pick<EngineReport, "state" | "reason" | "devices"> {
  name: string;
  /** The running server knows it, too; true without a server. */
  isSeen: boolean;
}

/** What is known of the machine and of the other models. */
export interface Surroundings {
  modelCacheDir: string;
  /** The path of a registered model; undefined: it is not registered. */
  pathOf: (model: string) => string | undefined;
  /** Every kind of engine; asked only if that matters. `wanted`: the one of the entry. Empty: not known. */
  readEngines: (wanted: EngineChoice) => Promise<EngineFacts[]>;
}

/**
 * Why what was set will not work as things are now, as sentences; none: nothing speaks against it. A device may be plugged in and files
 * mounted later, so these are warnings.
 */
export async function findDoubts(changed: Changed, around: Surroundings): Promise<string[]> {
  const { entry, keys } = changed;
  const has = (...some: string[]) => some.some((key) => keys.has(key));
  const described = await describe(entry.path);
  return [
    ...(has("path", "task") ? findFileDoubts(changed, described) : []),
    ...(has("device", "engine") ? await findEngineDoubts(changed, around) : []),
    ...(has("context_length") ? findContextDoubts(entry, described) : []),
    ...(has("speculation") ? await findSpeculationDoubts(changed, around) : []),
    ...findIdleKeys(changed),
  ];
}

/** What lies at the path; else the error about it. */
async function describe(path: string): Promise<ModelDescription | OvError> {
  try {
    return await describeModel(path);
  } catch (error) {
    return error instanceof OvError ? error : new OvError("model_path_invalid", toReason(error));
  }
}

function findFileDoubts({ name, entry }: Changed, described: ModelDescription | OvError): string[] {
  if (described instanceof OvError) return [described.message];
  try {
    checkEntryTask(name, entry.task, described);
    return [];
  } catch (error) {
    return [toReason(error)];
  }
}

async function findEngineDoubts({ entry, keys }: Changed, { readEngines }: Surroundings): Promise<string[]> {
  const { device = "AUTO", engine = "auto" } = entry;
  if (["CPU", "AUTO"].includes(device) && engine === "auto") return [];
  const engines = await readEngines(engine);
  const asked = keys.has("engine") ? engines.filter(({ name }) => name === engine) : [];
  const able = engines.filter(
    ({ name, state }) => state === "ready" && (engine === "auto" || engine === name),
  );
  const problem = findDeviceProblem(device, [...new Set(able.flatMap(({ devices }) => devices))]);
  return [...asked.flatMap(toEngineDoubts), ...(problem === null || able.length === 0 ? [] : [problem])];
}

function toEngineDoubts({ name, state, reason, isSeen }: EngineFacts): string[] {
  if (state === "missing" || state === "broken") return [reason ?? `The engine ${name} does not run.`];
  return isSeen
    ? []
    : [`The running server does not see the engine ${name} yet: "ov-llm restart" has it look again.`];
}

function findContextDoubts(
  { path, context_length: wanted = 0 }: RegistryEntry,
  described: ModelDescription | OvError,
): string[] {
  const own = described instanceof OvError ? null : described.contextLength;
  if (own === null || wanted <= toScaledContext(path, own)) return [];
  return [
    `The model's files state a context of ${own} tokens; what it writes beyond that may make no sense.`,
  ];
}

async function findSpeculationDoubts(
  { name, entry: { path, task, engine = "auto", speculation } }: Changed,
  { modelCacheDir, pathOf }: Surroundings,
): Promise<string[]> {
  const wish = withDraftFiles(speculation, pathOf, createStampReader());
  const target = { name, path, task, speculation: wish };
  const { problem } = await planSpeculation(
    { modelCacheDir },
    target,
    engine === "auto" ? "batching" : engine,
  );
  return problem === null ? [] : [problem];
}

const ofTextAlone = ["tool_format", "defaults", "prefill_chunk"];

/** Keys that are for models of other tasks. */
function findIdleKeys({ entry: { task }, keys }: Changed): string[] {
  const operation = mainOperation(task);
  const idle = [...keys].filter((key) =>
    operation === "generate" ? key === "embedding" : ofTextAlone.includes(key),
  );
  return [
    ...idle.map((key) => `${JSON.stringify(key)} has no effect: the model's task is ${task}.`),
    ...(operation !== "generate" && keys.has("presets")
      ? [`The values of "presets" have no effect, only their names: the model's task is ${task}.`]
      : []),
  ];
}
