import { mkdirSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { OvError, toReason } from "../errors.ts";
import { withFileLock } from "./file-lock.ts";

/** What messages call that which is set up, and the setting that holds its folder. */
export interface SetupLabels {
  what: string;
  setting: `OV_${string}`;
}

/**
 * `<place>.setup/`, beside the folder that is set up: `lock`, and the folders of a set-up in progress. While nobody holds
 * the lock, all of it is scrap.
 */
export function setupDir(place: string): string {
  return `${place.replace(/\/+$/, "")}.setup`;
}

/** Runs `work` while no other process sets up the same folder. Throws `setup_failed` when one does. */
export async function withSetupLock<T>(
  place: string,
  { what, setting }: SetupLabels,
  work: (scrapDir: string) => Promise<T>,
): Promise<T> {
  const dir = setupDir(place);
  try {
    mkdirSync(dir, { recursive: true });
  } catch (error) {
    const facts = {
      what: `Cannot set up ${what} in "${place}"`,
      why: toReason(error),
      next: `Set ${setting} to a folder that you may write to.`,
    };
    throw new OvError("setup_failed", facts, { cause: error });
  }
  const locked = () =>
    new OvError("setup_failed", {
      what: `Another set-up of ${what} is running in "${place}"`,
      next: "Wait until it ends, then try again.",
    });
  try {
    return await withFileLock(
      join(dir, "lock"),
      async () => {
        removeScrap(dir);
        try {
          return await work(dir);
        } finally {
          removeScrap(dir);
        }
      },
      { waitMs: 0, locked, removes: true },
    );
  } finally {
    removeEmpty(dir);
  }
}

/** Unless another set-up has started, or an installer that outlived its own still writes there. */
function removeEmpty(dir: string): void {
  try {
    rmdirSync(dir);
  } catch {}
}

/** Removes what a killed set-up left. An installer that outlived it may still write there: this is best effort. */
function removeScrap(dir: string): void {
  for (const name of readdirSync(dir)) {
    if (name !== "lock") rmSync(join(dir, name), { recursive: true, force: true, maxRetries: 2 });
  }
}
