import { existsSync } from "node:fs";
import { toReason } from "../errors.ts";
import type { Log } from "../log.ts";
import { describeModel } from "../models/folder.ts";

/**
 * The task of the model at OV_MODEL_PATH. null: there is none, or its files do not show its task. What lies there and is no
 * model is warned of; that nothing does is a problem of the model, which is logged with the others.
 */
export async function readModelTask(path: string | null, log: Log): Promise<string | null> {
  if (path === null) return null;
  try {
    return (await describeModel(path)).task;
  } catch (error) {
    if (existsSync(path)) log.warn(`OV_MODEL_PATH: ${toReason(error)}`);
    return null;
  }
}
