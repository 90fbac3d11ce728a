import { Database } from "bun:sqlite";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { OvError } from "../errors.ts";

/**
 * Beside the environment lies `<runtimeDir>.setup/`: `lock`, and the folders of a set-up in progress. All
 * but the lock is scrap whenever nobody holds the lock.
 */
export function setupDir(runtimeDir: string): string {
  return `${runtimeDir.replace(/\/+$/, "")}.setup`;
}

/**
 * Runs `work` while no other process sets up the same environment; a second one gets `setup_failed`. The
 * lock is SQLite's on a file of its own: the kernel lets it go when its holder dies, however it dies.
 */
export async function withSetupLock<T>(runtimeDir: string, work: (dir: string) => Promise<T>): Promise<T> {
  const dir = setupDir(runtimeDir);
  const lock = takeLock(dir, runtimeDir);
  try {
    removeScrap(dir);
    return await work(dir);
  } finally {
    removeScrap(dir);
    lock.close();
  }
}

function takeLock(dir: string, runtimeDir: string): Database {
  try {
    mkdirSync(dir, { recursive: true });
    const lock = new Database(join(dir, "lock"), { create: true });
    lock.run("BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const sentence = /locked|busy/i.test(reason)
      ? `Another set-up of the engine in "${runtimeDir}" is at work. Wait for its end, then try again.`
      : `Cannot set up the engine in "${runtimeDir}": ${reason}. Set OV_RUNTIME_DIR to a folder you may write to.`;
    throw new OvError("setup_failed", sentence, { cause: error });
  }
}

/** What an earlier, killed set-up left. Best effort: an installer that outlived it may still write there. */
function removeScrap(dir: string): void {
  for (const name of readdirSync(dir)) {
    if (!name.startsWith("lock")) rmSync(join(dir, name), { recursive: true, force: true, maxRetries: 2 });
  }
}
