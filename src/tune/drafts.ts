import { withDraftFiles } from "../engine/draft/files.ts";
import { planSpeculation } from "../engine/draft/speculation.ts";
import { measureSize } from "../models/files.ts";
import { describeModel } from "../models/folder.ts";
import { createStampReader } from "../models/stamp.ts";
import { writesFromText } from "../models/tasks.ts";
import type { RegistryEntry } from "../registry/schema.ts";

export interface DraftOptions {
  name: string;
  entries: ReadonlyMap<string, RegistryEntry>;
  /** Where copies of .gguf files lie. */
  modelCacheDir: string;
  /** Of the model's files and of how much a draft's may have at most. */
  bytes: number;
  mostBytes: number;
}

export interface Draft {
  name: string;
  bytes: number;
  /** Why it cannot guess for this model, as a sentence; null: nothing speaks against it. */
  problem: string | null;
}

/** A draft computes several tokens for one of the model: one of half its size costs more than it saves. */
const mostShare = 1 / 3;
/** Each costs a comparison. */
const mostDrafts = 2;
/** What cannot be used costs only a line. */
const mostSeen = 5;

/**
 * The registered models that may guess tokens for another one, first those of its architecture, then by size. Whether a tokenizer
 * is the same shows when the engine loads both: it refuses others.
 */
export async function findDrafts(options: DraftOptions): Promise<Draft[]> {
  const { name, entries } = options;
  const own = entries.get(name);
  if (own === undefined || !writesFromText(own.task)) return [];
  const architecture = await readArchitecture(own.path);
  const ranked = await Promise.all(
    (await listSmaller(options, own)).map(async (one) => {
      return { ...one, isKin: (await readArchitecture(one.path)) === architecture };
    }),
  );
  ranked.sort((one, other) => Number(other.isKin) - Number(one.isKin) || one.bytes - other.bytes);
  const drafts = await Promise.all(
    ranked.slice(0, mostSeen).map(async ({ name: draft, bytes }) => {
      return { name: draft, bytes, problem: await findProblem(options, own, draft) };
    }),
  );
  const usable = drafts.filter(({ problem }) => problem === null).slice(0, mostDrafts);
  return drafts.filter((draft) => draft.problem !== null || usable.includes(draft));
}

/** Each path once: entries may share one. */
async function listSmaller({ entries, bytes, mostBytes }: DraftOptions, own: RegistryEntry) {
  const byPath = new Map<string, string>();
  for (const [name, entry] of entries) {
    if (entry.path !== own.path && writesFromText(entry.task) && !byPath.has(entry.path))
      byPath.set(entry.path, name);
  }
  const sizes = await Promise.all([...byPath.keys()].map(measureSize));
  return [...byPath].flatMap(([path, name], at) => {
    const size = sizes[at] ?? Number.POSITIVE_INFINITY;
    return size <= Math.min(bytes * mostShare, mostBytes) ? [{ name, path, bytes: size }] : [];
  });
}

/** null: its files do not show it, or cannot be read. */
async function readArchitecture(path: string): Promise<string | null> {
  return await describeModel(path).then(
    (described) => described.architecture,
    () => null,
  );
}

async function findProblem(
  { name, entries, modelCacheDir }: DraftOptions,
  { path, task }: RegistryEntry,
  model: string,
): Promise<string | null> {
  const pathOf = (other: string) => entries.get(other)?.path;
  const speculation = withDraftFiles({ kind: "draft", model }, pathOf, createStampReader());
  const planned = await planSpeculation({ modelCacheDir }, { name, path, task, speculation }, "batching");
  return planned.problem;
}
