import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { OvError } from "../errors.ts";
import { withFileLock } from "../linux/file-lock.ts";
import type { EnvironmentLabels } from "./labels.ts";

/**
 * Beside the environment lies `<environment>.setup/`: `lock`, and the folders of a set-up in progress. All
 * but the lock is scrap whenever nobody holds the lock.
 */
export function setupDir(environmentDir: string): string {
  return `${environmentDir.replace(/\/+$/, "")}.setup`;
}

/** Runs `work` while no other process sets up the same environment; a second one gets `setup_failed`. */
export async function withSetupLock<T>(
  environmentDir: string,
  { what, setting }: EnvironmentLabels,
  work: (scrapDir: string) => Promise<T>,
): Promise<T> {
  const dir = setupDir(environmentDir);
  try {
    mkdirSync(dir, { recursive: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new OvError(
      "setup_failed",
      `Cannot set up ${what} in "${environmentDir}": ${reason}. Set ${setting} to a folder you may write to.`,
      { cause: error },
    );
  }
  const locked = () =>
    new OvError(
      "setup_failed",
      `Another set-up of ${what} in "${environmentDir}" is at work. Wait for its end, then try again.`,
    );
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

/** What an earlier, killed set-up left. Best effort: an installer that outlived it may still write there. */
function removeScrap(dir: string): void {
  for (const name of readdirSync(dir)) {
    if (name !== "lock") rmSync(join(dir, name), { recursive: true, force: true, maxRetries: 2 });
  }
}
