import { existsSync } from "node:fs";
import { toReason } from "../errors.ts";
import type { Log } from "../log.ts";
import type { FindFilesProblem } from "../models/files-check.ts";
import { describeModel } from "../models/folder.ts";
import { usualTask } from "../models/tasks.ts";

export interface ModelPathDeps {
  findFilesProblem: FindFilesProblem;
  log: Log;
}

/**
 * The task of the model at OV_MODEL_PATH. null: there is none, or its files do not show it. What only reading them shows to be no
 * model is warned of; the rest is a problem of the model, which is logged with the others.
 */
export async function readModelTask(
  path: string | null,
  { findFilesProblem, log }: ModelPathDeps,
): Promise<string | null> {
  if (path === null) return null;
  try {
    return (await describeModel(path)).task;
  } catch (error) {
    const isKnown = !existsSync(path) || findFilesProblem(path, usualTask) !== null;
    if (!isKnown) log.warn(`OV_MODEL_PATH: ${toReason(error)}`);
    return null;
  }
}
