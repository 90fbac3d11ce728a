import { basename } from "node:path";
import { withDraftFiles } from "../engine/draft/files.ts";
import { type EngineChoice, type ModelTarget, toTarget } from "../engine/model/target.ts";
import { type ErrorFacts, OvError, shorten } from "../errors.ts";
import type { RequestDefaults } from "../generate/defaults.ts";
import { toRealPath } from "../models/paths.ts";
import { findTaskRefusal } from "../models/served.ts";
import { createStampReader, oncePerTurn } from "../models/stamp.ts";
import { findTask, isServed, type Operation, usualTask } from "../models/tasks.ts";
import { toFreeName, toSlug } from "../registry/names.ts";
import type { Registry } from "../registry/registry.ts";
import type { RegistryEntry } from "../registry/schema.ts";

/** The most characters of a quoted name; no name is longer. */
const longestName = 200;

/** A model as the API names it: a registry entry, or OV_MODEL_PATH. */
export interface CatalogModel {
  name: string;
  entry: RegistryEntry;
  /** The defaults for what its requests leave out: the model's, and those of the requested preset. */
  defaults?: RequestDefaults;
}

export interface Catalog {
  /** The model that a request names, or the fallback if it names none. Throws 404 and 400 with the known names. */
  resolve(asked: string | null | undefined): CatalogModel;
  /**
   * The same for a request that uses the model: also throws `task_unsupported` if its task does not offer the
   * operation; without one: any.
   */
  resolveServed(asked: string | null | undefined, operation?: Operation): CatalogModel;
  list(): CatalogModel[];
  /** Why OV_DEFAULT_MODEL cannot answer, as a sentence; null: it can, or is not set. */
  defaultProblem(): string | null;
  /** With the model's present entry and files, so that a change is noticed at the next request. */
  toTarget(model: CatalogModel): ModelTarget;
}

export interface CatalogOptions {
  registry: Registry;
  /** OV_DEFAULT_MODEL: the name, alias or preset that answers requests that name no model. */
  defaultModel?: string | null;
  /** OV_MODEL_PATH: answers requests that name no model, and is listed under a name of its own. */
  modelPath: string | null;
  /** The task that its files show; null: none. */
  modelTask?: string | null;
  /** OV_DEVICE: for entries that name none. */
  device: string;
  /** OV_ENGINE: for entries that name none. */
  engine: EngineChoice;
  /** The present stamp of the files at a path. */
  readStamp?: (path: string) => string;
}

/** How many suitable models an error names at most. */
const mostNamed = 5;

/** Finds the model that a request means. No request is ever answered by a model that it did not ask for. */
export function createCatalog(options: CatalogOptions): Catalog {
  const { registry, modelPath, modelTask = null, device, engine, readStamp = createStampReader() } = options;
  const { defaultModel = null } = options;
  // With a thousand entries, looking up all of their paths takes tens of milliseconds, and /health asks several times.
  const toPlace = oncePerTurn(toRealPath);

  /** OV_MODEL_PATH as a model: the registry's own entry if it has one for that path. */
  function fallback(): CatalogModel | undefined {
    if (modelPath === null) return undefined;
    const { entries } = registry.current();
    const real = toPlace(modelPath);
    for (const [name, entry] of entries) {
      if (toPlace(entry.path) === real) return { name, entry };
    }
    const slug = toSlug(basename(modelPath).replace(/\.gguf$/, ""));
    const name = toFreeName(slug, (taken) => registry.resolve(taken) !== undefined);
    const entry = { path: modelPath, task: modelTask ?? usualTask, weight_format: "unknown" };
    return { name, entry };
  }

  function list(): CatalogModel[] {
    const models = [...registry.current().entries].map(([name, entry]) => ({ name, entry }));
    const extra = fallback();
    return extra && !models.some(({ name }) => name === extra.name) ? [...models, extra] : models;
  }

  function known(): string {
    const names = list().map(({ name }) => `"${name}"`);
    if (names.length > 0) return `there ${names.length === 1 ? "is" : "are"} ${names.join(", ")}`;
    return registry.current().problems.length > 0
      ? "no entry of the registry can be used"
      : "no model is registered yet, run `ov-llm setup --starter` or `ov-llm convert`";
  }

  function adviseOn(operation: Operation): string {
    const able = list().filter(
      ({ entry }) => findTask(entry.task) !== null && isServed(entry.task, operation),
    );
    const names = able.slice(0, mostNamed).map(({ name }) => JSON.stringify(name));
    if (names.length === 0) return 'No registered model does: "ov-llm catalog" lists some, with their tasks.';
    return `Use one that does: ${names.join(", ")}${able.length > mostNamed ? ", …" : ""}.`;
  }

  /** A request for a model with a broken entry is told what is wrong with the entry. */
  function refuseBroken(asked: string): void {
    const broken = registry.current().problems.find(({ name }) => name === asked);
    if (broken === undefined) return;
    const what = `Cannot use model ${JSON.stringify(shorten(asked, longestName))}`;
    const facts = { what, why: "its entry in the registry is not valid", next: broken.reason };
    throw notFound(asked, facts);
  }

  function resolve(asked: string | null | undefined): CatalogModel {
    if (asked === undefined || asked === null || asked === "") {
      if (defaultModel !== null) return resolveDefault(defaultModel);
      const model = fallback();
      if (model) return { ...model, ...toDefaults(model.entry) };
      const what = "The request names no model, and neither OV_DEFAULT_MODEL nor OV_MODEL_PATH is set";
      throw new OvError("model_required", { what, why: `send "model"; ${known()}` }, { param: "model" });
    }
    const found = registry.resolve(asked);
    if (found) return { ...found, ...toDefaults(found.entry, asked) };
    const extra = fallback();
    if (extra?.name === asked) return extra;
    refuseBroken(asked);
    const what = `Cannot find model ${JSON.stringify(shorten(asked, longestName))}`;
    const next = 'List them with GET /v1/models or "ov-llm models".';
    throw notFound(asked, { what, why: known(), next });
  }

  function resolveDefault(name: string): CatalogModel {
    const found = registry.resolve(name);
    if (found) return { ...found, ...toDefaults(found.entry, name) };
    const what = `The request names no model, and OV_DEFAULT_MODEL names ${JSON.stringify(name)}, which is not registered`;
    throw new OvError("model_required", { what, why: `send "model"; ${known()}` }, { param: "model" });
  }

  return {
    resolve,
    defaultProblem() {
      if (defaultModel === null || registry.resolve(defaultModel)) return null;
      const name = JSON.stringify(defaultModel);
      return `OV_DEFAULT_MODEL names ${name}, which is not registered: ${known()}.`;
    },
    resolveServed(asked, operation) {
      const model = resolve(asked);
      const refusal = findTaskRefusal(model.entry.task, operation);
      if (refusal === null) return model;
      const what = `Cannot use model ${JSON.stringify(model.name)}`;
      const advice = operation === undefined ? {} : { next: adviseOn(operation) };
      const detail = { param: "model", asked: model.name };
      throw new OvError("task_unsupported", { what, ...refusal, ...advice }, detail);
    },
    list,
    toTarget(model) {
      // A model that was removed meanwhile is used with its last entry.
      const entry = registry.current().entries.get(model.name) ?? model.entry;
      const target = toTarget(model.name, entry, { device, engine });
      const pathOf = (model: string) => registry.current().entries.get(model)?.path;
      const speculation = withDraftFiles(target.speculation, pathOf, readStamp);
      return { ...target, files: readStamp(entry.path), speculation };
    },
  };
}

function notFound(asked: string, facts: ErrorFacts): OvError {
  return new OvError("model_not_found", facts, { param: "model", asked: shorten(asked, longestName) });
}

function toDefaults({ defaults, presets }: RegistryEntry, preset?: string): Pick<CatalogModel, "defaults"> {
  const own = presets && preset !== undefined && Object.hasOwn(presets, preset) ? presets[preset] : undefined;
  return defaults || own ? { defaults: { ...defaults, ...own } } : {};
}
