import { OvError } from "../../errors.ts";
import type { Variables } from "../../linux/program.ts";
import {
  createBatchingKind,
  createNativeKind,
  type EngineKind,
  type EngineName,
  type EngineReport,
  type Launcher,
} from "./kind.ts";

export type EngineChoice = "auto" | EngineName;

export interface EnginesOptions {
  /** OV_ENGINE */
  engine: EngineChoice;
  runtimeDir: string;
  nativeDir: string | null;
  variables: Variables;
}

export interface Engines {
  /** The engine for a model that wants `wanted`; `needsNative`: no other can run it. Throws `engine_unavailable`. */
  choose(wanted: EngineChoice, needsNative: boolean): Promise<Launcher>;
  /** Starts each engine once and asks what it is; later calls give the same answers. */
  probe(): Promise<EngineReport[]>;
  /** What is known now, without waiting: batching, then native. */
  reports(): EngineReport[];
  /** The one that runs models which name none, as far as it is known; null: there is none. */
  preferred(): EngineReport | null;
  /** Removes what was written to start hosts. */
  dispose(): void;
}

/** Both kinds of engine, as far as they are installed. Throws `engine_unavailable` when OV_ENGINE's is not. */
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

  /** Batching where it is installed and works, else native. Looks closer only where there is a choice. */
  async function chooseAny(needsNative: boolean): Promise<Launcher> {
    if (!batching.launcher || (needsNative && native.launcher)) return launcherOf(native);
    if (!native.launcher) return launcherOf(batching);
    const [first, second] = await probe();
    return launcherOf(first?.state !== "ready" && second?.state === "ready" ? native : batching);
  }

  return {
    choose: async (wanted, needsNative) =>
      wanted === "auto" ? await chooseAny(needsNative) : launcherOf(kinds[wanted]),
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

function isWanted(name: EngineName, engine: EngineChoice): boolean {
  return engine === "auto" || engine === name;
}

function launcherOf({ launcher, report }: EngineKind): Launcher {
  if (launcher) return launcher;
  throw unavailable(report.reason ?? "There is no engine.");
}

function unavailable(message: string): OvError {
  return new OvError("engine_unavailable", message);
}
