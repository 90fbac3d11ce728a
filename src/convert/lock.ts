import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OvError } from "../errors.ts";
import { withFileLock } from "../linux/file-lock.ts";

/** Runs `work` while no other converter writes to `modelOut`; a second one is told who does. */
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
  const who = readFileSync(path, "utf8").trim();
  return new OvError(
    "conversion_busy",
    `Another "ov-llm convert" (${who === "" ? "just started" : who}) works in "${modelOut}". Wait for its end, or end it, then try again.`,
  );
}
