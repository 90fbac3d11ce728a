import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OvError } from "../../errors.ts";
import { readTextFile } from "../../files.ts";
import { withFileLock } from "../../linux/file-lock.ts";

/** Runs `work` while no other process converts to `modelOut`. Throws `conversion_busy`, with who does, when one does. */
export async function withConvertLock<T>(modelOut: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(modelOut, { recursive: true });
  const path = join(modelOut, ".convert.lock");
  const run = () => {
    writeFileSync(path, `pid ${process.pid} since ${new Date().toISOString()}\n`);
    return work();
  };
  return await withFileLock(path, run, { waitMs: 0, locked: () => busy(path, modelOut) });
}

function busy(path: string, modelOut: string): OvError {
  const who = readTextFile(path).trim();
  return new OvError("conversion_busy", {
    what: `Another "ov-llm convert" (${who === "" ? "just started" : who}) is working in "${modelOut}"`,
    next: "Wait until it ends, or stop it, then try again.",
  });
}
