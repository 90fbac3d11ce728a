import { toOvError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { Pool } from "./pool.ts";
import type { ModelTarget } from "./target.ts";

export interface Preloads {
  /** True until every model was loaded or has failed. */
  readonly running: boolean;
  /** Loads one after the other, until the pool closes. Never throws: what fails is logged. */
  run(): Promise<void>;
}

export interface PreloadsOptions {
  pool: Pick<Pool, "load">;
  /** OV_PRELOAD: names and aliases. */
  names: readonly string[];
  /** Models that are to stay in memory. */
  pinned: () => ModelTarget[];
  /** Throws when no model has the name. */
  resolve: (name: string) => ModelTarget;
  log: Log;
}

const never = new AbortController().signal;

/** The models that are loaded at the start. None of them has to go for another one. */
export function createPreloads({ pool, names, pinned, resolve, log }: PreloadsOptions): Preloads {
  let running = true;

  function findTargets(): ModelTarget[] {
    const named = names.flatMap((name) => {
      try {
        return [resolve(name)];
      } catch (error) {
        log.warn(`cannot preload: ${toOvError(error).message}`);
        return [];
      }
    });
    const targets = [...pinned(), ...named];
    return targets.filter(({ name }, index) => targets.findIndex((one) => one.name === name) === index);
  }

  return {
    get running() {
      return running;
    },
    async run() {
      for (const target of findTargets()) {
        // What fails is in the log already.
        await pool.load(target, never, false).catch(() => {});
      }
      running = false;
    },
  };
}
