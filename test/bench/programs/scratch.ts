import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const named = /^ov-llm-(?:bench|pictures|report)-(\d+)-\w+$/;

/** A new folder for temporary files. Those of processes that were killed, and so could not remove theirs, are removed. */
export function createScratch(kind: "bench" | "pictures" | "report", parent = tmpdir()): string {
  for (const name of readdirSync(parent)) {
    const pid = named.exec(name)?.[1];
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue;
    const path = join(parent, name);
    if (statSync(path, { throwIfNoEntry: false })?.uid === process.getuid?.())
      rmSync(path, { recursive: true, force: true });
  }
  return mkdtempSync(join(parent, `ov-llm-${kind}-${process.pid}-`));
}
