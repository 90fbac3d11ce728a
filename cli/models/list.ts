import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Static, Type } from "@sinclair/typebox";
import { describeModel } from "../../src/engine/model-folder.ts";
import { OvError } from "../../src/errors.ts";
import type { RegistryEntry } from "../../src/registry/schema.ts";
import { askServer, type Server } from "../server.ts";

/** What `ov-llm models` reads of the answer of `GET /v1/models`. */
const ServedModels = Type.Object({
  data: Type.Array(
    Type.Object({
      id: Type.String(),
      loaded: Type.Boolean(),
      device: Type.Union([Type.String(), Type.Null()]),
    }),
  ),
});
type ServedModel = Static<typeof ServedModels>["data"][number];

/** One model as `ov-llm models --json` prints it. */
export interface ListedModel {
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
  /** null: no server answers, or it does not know the model. */
  loaded: boolean | null;
  device: string | null;
}

export async function listModel(
  name: string,
  entry: RegistryEntry,
  served: ServedModel | undefined,
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
    loaded: served?.loaded ?? null,
    device: served?.device ?? null,
  };
}

/** The models of the running server by name; or, as a sentence, why there are none to ask. */
export async function askServed(server: Server): Promise<Map<string, ServedModel> | string> {
  try {
    const { data } = await askServer(server, "/v1/models", ServedModels, 2);
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
