import type { EngineReport } from "../engine/kinds/kind.ts";
import type { Pool } from "../engine/pool/pool.ts";
import type { FindFilesProblem } from "../models/files-check.ts";
import type { Registry } from "../registry/registry.ts";
import type { Catalog } from "./catalog.ts";
import {
  type FindEngineProblem,
  findModelProblems,
  type ModelProblem,
  type ModelProblemsDeps,
} from "./model-problems.ts";

/** What the daemon has found out about its engines; null while it is still looking. */
export interface EngineState {
  device: string | null;
  /** The engine for models that name none. */
  engine: { name: string; versions: Record<string, string> } | null;
  engines: EngineReport[];
  /** Why models cannot run. */
  failure: string | null;
  /** Why models that name no device cannot run. */
  deviceFailure: string | null;
}

export interface HealthDeps {
  version: string;
  started: Date;
  registry: Pick<Registry, "current">;
  catalog: Pick<Catalog, "list" | "defaultProblem">;
  pool: Pick<Pool, "status" | "failures">;
  engine: () => EngineState;
  findEngineProblem: FindEngineProblem;
  findFilesProblem: FindFilesProblem;
}

export interface ServerHealth extends EngineState {
  version: string;
  started: Date;
  pid: number;
  /** Why it cannot serve properly; null: it can. */
  reason: string | null;
  /** The models that requests can name, and how many of them have an existing path. */
  registered: number;
  onDisk: number;
  /** The names of loaded models. */
  loaded: string[];
}

export function readHealth(deps: HealthDeps): ServerHealth {
  const { version, started, catalog, pool, engine } = deps;
  const state = engine();
  const models = catalog.list();
  const problems = findModelProblems(deps);
  return {
    ...state,
    version,
    started,
    pid: process.pid,
    reason: joinReasons(findReasons(deps, state, problems)),
    registered: models.length,
    onDisk: models.length - problems.filter(({ kind }) => kind === "missing").length,
    loaded: [...pool.status()].filter(([, { state }]) => state === "ready").map(([name]) => name),
  };
}

/** All that keeps registered models from being served, the most general first. */
function findReasons(
  { registry, catalog }: HealthDeps,
  state: EngineState,
  problems: ModelProblem[],
): string[] {
  const { reason, problems: skipped } = registry.current();
  const known = [reason, state.failure, state.deviceFailure, catalog.defaultProblem()].filter(
    (sentence) => sentence !== null,
  );
  // A lack of the engine that concerns all of them is reported once.
  const own = problems.filter(({ reason }) => !known.some((sentence) => reason.endsWith(sentence)));
  return [...new Set([...known, ...[...skipped, ...own].map(({ reason }) => reason)])];
}

const mostReasons = 5;

function joinReasons(reasons: readonly string[]): string | null {
  if (reasons.length === 0) return null;
  const more = reasons.length - mostReasons;
  return [
    ...reasons.slice(0, mostReasons),
    ...(more > 0 ? [`There are ${more} more: see "ov-llm models check".`] : []),
  ].join(" ");
}

export interface Readiness extends ModelProblemsDeps {
  registry: HealthDeps["registry"];
  engine: EngineState;
  stopping: boolean;
  preloading: boolean;
}

/** Why no request would be served now, as sentences; none: at least one registered model could be served. */
export function findReasonsNotToServe(readiness: Readiness): string[] {
  const { engine, stopping, preloading } = readiness;
  const found =
    engine.failure ?? (engine.engine === null ? "The server is still looking for its engine." : null);
  return [
    ...(stopping ? ["The server is stopping."] : []),
    ...(found === null ? findUnusable(readiness) : [found]),
    ...(preloading ? ["Models are still being loaded (OV_PRELOAD, pinned ones)."] : []),
  ];
}

/** Why none of the registered models can be served. A server without any is ready for the first. */
function findUnusable(readiness: Readiness): string[] {
  const { registry, catalog } = readiness;
  const { reason, problems } = registry.current();
  const models = catalog.list();
  const unusable = findModelProblems(readiness).filter(({ passed }) => !passed);
  const names = new Set(unusable.map(({ name }) => name));
  if (models.some(({ name }) => !names.has(name))) return [];
  const sentence = joinReasons([
    ...(reason === null ? [] : [reason]),
    ...[...problems, ...unusable].map(({ reason }) => reason),
  ]);
  return sentence === null ? [] : [`No registered model can be served. ${sentence}`];
}
