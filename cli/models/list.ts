import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Model, ModelList } from "../../src/api/openai/models.ts";
import { OvError } from "../../src/errors.ts";
import { describeModel } from "../../src/models/folder.ts";
import type { RegistryEntry } from "../../src/registry/schema.ts";
import { askServer, type Server } from "../server.ts";

/** One model as `ov-llm models --json` prints it. */
export interface ListedModel extends LiveState {
  name: string;
  task: string;
  weight_format: string;
  aliases: string[];
  path: string;
  /** Of all files; null: there is nothing at the path. */
  size_bytes: number | null;
  /** `ok`, or in a few words why it cannot be served. */
  path_state: string;
  /** The same as a sentence with the next step; null: it is ok. */
  path_problem: string | null;
}

/** How it is in the running server; all null: none answers, or it does not know the model. */
export type LiveState = { [Key in keyof LiveModel]: LiveModel[Key] | null };

type LiveModel = Pick<
  Model,
  | "loaded"
  | "state"
  | "device"
  | "engine"
  | "loaded_at"
  | "idle_unload_at"
  | "memory_bytes"
  | "running"
  | "waiting"
  | "tokens_per_second"
>;

export async function listModel(
  name: string,
  entry: RegistryEntry,
  served: Model | undefined,
): Promise<ListedModel> {
  const problem = await findProblem(entry.path);
  return {
    name,
    task: entry.task,
    weight_format: entry.weight_format,
    aliases: entry.aliases ?? [],
    path: entry.path,
    size_bytes: await measure(entry.path),
    path_state: problem === null ? "ok" : toShortReason(problem, entry.path),
    path_problem: problem,
    ...toLiveState(served),
  };
}

function toLiveState(served: Model | undefined): LiveState {
  return {
    loaded: served?.loaded ?? null,
    state: served?.state ?? null,
    device: served?.device ?? null,
    engine: served?.engine ?? null,
    loaded_at: served?.loaded_at ?? null,
    idle_unload_at: served?.idle_unload_at ?? null,
    memory_bytes: served?.memory_bytes ?? null,
    running: served?.running ?? null,
    waiting: served?.waiting ?? null,
    tokens_per_second: served?.tokens_per_second ?? null,
  };
}

/** The models of the running server by name; or, as a sentence, why there are none to ask. */
export async function askServed(server: Server): Promise<Map<string, Model> | string> {
  try {
    const { data } = await askServer(server, "/v1/models", ModelList, 2);
    return new Map(data.map((model) => [model.id, model]));
  } catch (error) {
    if (error instanceof OvError && error.code === "server_unreachable") return error.message;
    throw error;
  }
}

async function findProblem(path: string): Promise<string | null> {
  try {
    await describeModel(path);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** `Model path "/x" is a raw folder, not …. Convert it.` -> `is a raw folder`; other sentences: `cannot be used`. */
export function toShortReason(problem: string, path: string): string {
  const prefix = `Model path "${path}" `;
  if (!problem.startsWith(prefix)) return "cannot be used";
  return (
    problem
      .slice(prefix.length)
      .split(/[:,(]|\. /)[0]
      ?.trim() || "cannot be used"
  );
}

/** Bytes of a file, or of all files under a folder; null: there is nothing to measure. */
async function measure(path: string): Promise<number | null> {
  const found = await stat(path).catch(() => null);
  if (found === null) return null;
  return found.isDirectory() ? await measureFolder(path) : found.size;
}

/** Links to files count with what they point to; links to folders do not: they may lead in a circle. */
async function measureFolder(path: string): Promise<number> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  const sizes = await Promise.all(
    entries.map(async (entry) => {
      const inner = join(path, entry.name);
      if (entry.isDirectory()) return await measureFolder(inner);
      const found = await stat(inner).catch(() => null);
      return found?.isFile() ? found.size : 0;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
