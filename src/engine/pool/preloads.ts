import { toOvError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { ModelTarget } from "../model/target.ts";
import type { Pool } from "./pool.ts";

export interface Preloads {
  /** True until every model has loaded or failed. */
  readonly running: boolean;
  /** Loads them one by one, until the pool closes. Never throws: failures are logged. */
  run(): Promise<void>;
}

export interface PreloadsOptions {
  pool: Pick<Pool, "load">;
  /** OV_PRELOAD: names and aliases. */
  names: readonly string[];
  /** Models that stay in memory. */
  pinned: () => ModelTarget[];
  /** Throws when no model has the name. */
  resolve: (name: string) => ModelTarget;
  log: Log;
}

const never = new AbortController().signal;

/** The models to load at start. Preloading never evicts another model. */
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
        // The pool has logged the failure.
        await pool.load(target, never, false).catch(() => {});
      }
      running = false;
    },
  };
}
