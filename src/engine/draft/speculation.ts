import { type ErrorFacts, renderFacts, toCauseFacts } from "../../errors.ts";
import { describeModel } from "../../models/folder.ts";
import { writesFromText } from "../../models/tasks.ts";
import type { Speculation } from "../../protocol/load.ts";
import { listCopies } from "../copies/copies.ts";
import type { DraftFiles, ModelTarget } from "../model/target.ts";

/** OpenVINO GenAI's samples guess 5 tokens; 3 tokens must repeat before a guess is made. */
const defaults = { guesses: 5, ngram: 3 };

export interface PlannedSpeculation {
  /** null: the model is served without. */
  speculation: Speculation | null;
  /** Why it is served without, although its entry asks for speculation, as a sentence. */
  problem: string | null;
}

/** The speculation to request from a host. A setting that cannot be met causes a warning, and the model is served without. */
export async function planSpeculation(
  folders: { modelCacheDir: string },
  target: Pick<ModelTarget, "name" | "path" | "task" | "speculation">,
  engine: string,
): Promise<PlannedSpeculation> {
  const { speculation: wish } = target;
  if (!wish) return { speculation: null, problem: null };
  const what = `Model ${JSON.stringify(target.name)} is served without speculation`;
  const refuse = (facts: Omit<ErrorFacts, "what">) => ({
    speculation: null,
    problem: renderFacts({ what, ...facts }),
  });
  const refused = (why: string) => refuse({ why });
  if (engine !== "batching") return refused(`the ${engine} engine has none, only batching`);
  if (!writesFromText(target.task)) {
    return refused(`only models that take text alone and write text have it, not the task ${target.task}`);
  }
  const num_assistant_tokens = wish.num_assistant_tokens ?? defaults.guesses;
  if (wish.kind === "prompt-lookup") {
    const max_ngram_size = wish.max_ngram_size ?? defaults.ngram;
    return { speculation: { kind: wish.kind, num_assistant_tokens, max_ngram_size }, problem: null };
  }
  const draft = `its draft ${JSON.stringify(wish.model)}`;
  if (!wish.draft) return refused(`${draft} is not registered`);
  try {
    const path = await toFolder(folders, wish.draft, target.path);
    return { speculation: { kind: wish.kind, path, num_assistant_tokens }, problem: null };
  } catch (error) {
    const { why, next } = toCauseFacts(error);
    return refuse({ why: `${draft} cannot be used, ${why}`, ...(next !== undefined && { next }) });
  }
}

/** The folder from which the engine can load a draft. Throws with the reason if there is none. */
async function toFolder(
  folders: { modelCacheDir: string },
  { path, files }: DraftFiles,
  modelPath: string,
): Promise<string> {
  if (path === modelPath) throw new Error("it is the model itself");
  if (path.endsWith(".gguf")) return await toCopy(folders, { path, files });
  const { task } = await describeModel(path);
  if (task !== null && !writesFromText(task)) {
    throw new Error(`its task is ${task}`);
  }
  return path;
}

async function toCopy(folders: { modelCacheDir: string }, { path, files }: DraftFiles): Promise<string> {
  const copy = (await listCopies(folders)).find(({ source, stamp }) => source === path && stamp === files);
  if (copy !== undefined) return copy.folder;
  throw new Error("a .gguf file guesses only once it has a copy in OpenVINO's form: load it once by itself");
}
