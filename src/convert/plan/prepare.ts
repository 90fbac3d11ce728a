import { accessSync, constants, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { Settings } from "../../config/settings.ts";
import { OvError, toReason } from "../../errors.ts";
import { isServed, renderUnserved } from "../../models/tasks.ts";
import { readSnapshot, type Snapshot } from "../../registry/registry.ts";

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
  const snapshot = readSnapshot(registryPath);
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
