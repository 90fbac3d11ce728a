import { accessSync, constants, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Settings } from "../../config/settings.ts";
import { OvError, toReason } from "../../errors.ts";
import { readTextFile } from "../../files.ts";
import { withFileLock } from "../../linux/file-lock.ts";
import { isServed, renderUnserved } from "../../models/tasks.ts";
import { createRegistry, type Snapshot } from "../../registry/registry.ts";

/** Throws when nothing serves models of that task: a conversion takes hours and would be for nothing. */
export function requireServedTask({ task }: Pick<Settings, "task">): void {
  if (task === null || isServed(task)) return;
  const facts = {
    what: `Cannot convert for the task ${JSON.stringify(task)}`,
    why: renderUnserved(task),
    next: "Leave OV_TASK and --task out.",
  };
  throw new OvError("invalid_setting", facts, { param: "OV_TASK" });
}

/** The registry as it is. Throws when it is invalid: nothing could be registered then. */
export function readRegistry({ registryPath }: Pick<Settings, "registryPath">): Snapshot {
  const registry = createRegistry({ path: registryPath, onChange: () => {}, onProblem: () => {} });
  const snapshot = registry.current();
  if (snapshot.reason !== null) throw new OvError("registry_invalid", snapshot.reason);
  return snapshot;
}

/** Makes the folders that are written to. Throws when one is not writable, before hours of work. */
export function requireWritable({ modelOut, modelOg, registryPath }: Settings, copy: boolean): void {
  const folders = [
    ["OV_MODEL_OUT", modelOut],
    ["OV_REGISTRY_PATH", dirname(registryPath)],
    ...(copy ? [] : [["OV_MODEL_OG", modelOg]]),
  ];
  for (const [setting = "", folder = ""] of folders) {
    try {
      mkdirSync(folder, { recursive: true });
      accessSync(folder, constants.W_OK | constants.X_OK);
    } catch (error) {
      const facts = {
        what: `Cannot write to "${folder}"`,
        why: toReason(error),
        next: `Make it writable or set ${setting}.`,
      };
      throw new OvError("invalid_setting", facts, { param: setting, cause: error });
    }
  }
}

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
