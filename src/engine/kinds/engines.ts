import { OvError } from "../../errors.ts";
import type { Variables } from "../../linux/program.ts";
import type { Operation } from "../../models/tasks.ts";
import type { EngineChoice, EngineName } from "../model/target.ts";
import { createBatchingKind } from "./batching/kind.ts";
import type { EngineKind, EngineReport, Launcher } from "./kind.ts";
import { createNativeKind } from "./native/kind.ts";
import { toRefused, type Wanted } from "./support.ts";

export interface EnginesOptions {
  /** OV_ENGINE */
  engine: EngineChoice;
  runtimeDir: string;
  nativeDir: string | null;
  variables: Variables;
}

export interface Engines {
  /**
   * The engine for a model that will be asked for `operation`. Throws `engine_unavailable` if there is none, and
   * `model_load_failed` or `task_unsupported` if the installed ones cannot run it.
   */
  choose(model: Wanted & { engine: EngineChoice }, operation: Operation): Promise<Launcher>;
  /** Starts each engine once and probes it; later calls return the same results. */
  probe(): Promise<EngineReport[]>;
  /** What is known now, without waiting: batching, then native. */
  reports(): EngineReport[];
  /** The engine for models that name none, as far as is known now; null: there is none. */
  preferred(): EngineReport | null;
  /** Removes what was written to start hosts. */
  dispose(): void;
}

/** All kinds of engine that are installed. Throws `engine_unavailable` if the one in OV_ENGINE is not. */
export function createEngines({ engine, runtimeDir, nativeDir, variables }: EnginesOptions): Engines {
  const batching = createBatchingKind(runtimeDir, variables);
  const native = createNativeKind(nativeDir, variables);
  const kinds = { batching, native };
  if (engine === "auto" && !batching.launcher && !native.launcher) {
    throw unavailable(
      `No engine is installed in "${runtimeDir}", and no native addon beside the executable: run ` +
        "`ov-llm setup --native` for the engine without Python, or `ov-llm setup`.",
    );
  }
  if (engine !== "auto") launcherOf(kinds[engine]);
  let reports = [batching.report, native.report];
  let probing: Promise<EngineReport[]> | undefined;

  async function probe(): Promise<EngineReport[]> {
    probing ??= Promise.all([batching.probe(), native.probe()]);
    reports = await probing;
    return reports;
  }

  /** Batching where it is installed, works and can run the model, else native. Probes only where there is a choice. */
  async function chooseAny(model: Wanted, operation: Operation): Promise<Launcher> {
    const installed = [batching, native].filter(({ launcher }) => launcher !== null);
    const able = installed.filter(({ supports }) => supports(model, operation) === null);
    const [first, second] = able;
    if (!first) return launcherFor(installed[0] ?? batching, model, operation);
    if (!second) return launcherOf(first);
    const [ofBatching, ofNative] = await probe();
    return launcherOf(ofBatching?.state !== "ready" && ofNative?.state === "ready" ? native : batching);
  }

  return {
    choose: async (model, operation) =>
      model.engine === "auto"
        ? await chooseAny(model, operation)
        : launcherFor(kinds[model.engine], model, operation),
    probe,
    reports: () => reports,
    preferred() {
      const usable = reports.filter(({ name, state }) => state !== "missing" && isWanted(name, engine));
      return usable.find(({ state }) => state !== "broken") ?? usable[0] ?? null;
    },
    dispose() {
      batching.dispose();
      native.dispose();
    },
  };
}

/** The state of each kind of engine on this machine, installed or not; leaves nothing running or on disk. */
export async function probeEngines({
  runtimeDir,
  nativeDir,
  variables,
}: Omit<EnginesOptions, "engine">): Promise<EngineReport[]> {
  const kinds = [createBatchingKind(runtimeDir, variables), createNativeKind(nativeDir, variables)];
  try {
    return await Promise.all(kinds.map((kind) => kind.probe()));
  } finally {
    for (const kind of kinds) kind.dispose();
  }
}

function isWanted(name: EngineName, engine: EngineChoice): boolean {
  return engine === "auto" || engine === name;
}

function launcherFor(kind: EngineKind, model: Wanted, operation: Operation): Launcher {
  const launcher = launcherOf(kind);
  const refusal = kind.supports(model, operation);
  if (refusal) throw toRefused(model, refusal);
  return launcher;
}

function launcherOf({ launcher, report }: EngineKind): Launcher {
  if (launcher) return launcher;
  throw unavailable(report.reason ?? "There is no engine.");
}

function unavailable(message: string): OvError {
  return new OvError("engine_unavailable", message);
}
