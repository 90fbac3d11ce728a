import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Lock, toLockStamp } from "./lock.ts";

/** In the environment: the stamp of the locks that it was made from. */
const stampFile = "ov-llm-lock";

/** Whether the environment in `dir` was made from these locks. */
export function isMadeFrom(dir: string, locks: readonly Lock[]): boolean {
  try {
    return readFileSync(join(dir, stampFile), "utf8") === toLockStamp(locks);
  } catch {
    return false;
  }
}

/** Notes in the environment what it was made from. */
export function writeStamp(dir: string, locks: readonly Lock[]): void {
  writeFileSync(join(dir, stampFile), toLockStamp(locks));
}
