import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { OvError, toReason } from "../errors.ts";
import { withFileLock } from "../linux/file-lock.ts";
import type { PythonEnvLabels } from "./probe.ts";

/**
 * `<environment>.setup/`, beside the environment: `lock`, and the folders of a set-up in progress. While nobody holds
 * the lock, everything else in it is scrap.
 */
export function setupDir(pythonEnv: string): string {
  return `${pythonEnv.replace(/\/+$/, "")}.setup`;
}

/** Runs `work` while no other process sets up the same environment. Throws `setup_failed` when one does. */
export async function withSetupLock<T>(
  pythonEnv: string,
  { what, setting }: PythonEnvLabels,
  work: (scrapDir: string) => Promise<T>,
): Promise<T> {
  const dir = setupDir(pythonEnv);
  try {
    mkdirSync(dir, { recursive: true });
  } catch (error) {
    const facts = {
      what: `Cannot set up ${what} in "${pythonEnv}"`,
      why: toReason(error),
      next: `Set ${setting} to a folder that you may write to.`,
    };
    throw new OvError("setup_failed", facts, { cause: error });
  }
  const locked = () =>
    new OvError("setup_failed", {
      what: `Another set-up of ${what} is running in "${pythonEnv}"`,
      next: "Wait until it ends, then try again.",
    });
  return withFileLock(
    join(dir, "lock"),
    async () => {
      removeScrap(dir);
      try {
        return await work(dir);
      } finally {
        removeScrap(dir);
      }
    },
    { waitMs: 0, locked },
  );
}

/** Removes what a killed set-up left. An installer that outlived it may still write there: this is best effort. */
function removeScrap(dir: string): void {
  for (const name of readdirSync(dir)) {
    if (name !== "lock") rmSync(join(dir, name), { recursive: true, force: true, maxRetries: 2 });
  }
}
