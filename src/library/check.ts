import { OvError } from "../errors.ts";
import { createModelReader, type DescribeModel } from "../models/reader.ts";
import { checkEntryTask } from "../models/served.ts";
import { findEntry } from "../registry/edit.ts";
import { parseEntries, type RegistryEntry } from "../registry/schema.ts";
import { readModels } from "./edit.ts";
import type { LoadResult, LoadTester } from "./trial.ts";

export interface CheckedModel {
  name: string;
  path: string | null;
  /** undefined: its entry is broken. */
  entry: RegistryEntry | undefined;
  /** Why it cannot be served, or what of its entry is not in force, as a sentence; null: it is well. */
  problem: string | null;
  /** The same in a few words. */
  reason: string | null;
  /** null: it was not loaded. */
  load: LoadResult | null;
}

/** Why the model of an entry cannot be served, by its files; null: nothing speaks against it. */
export async function findProblem(
  name: string,
  entry: RegistryEntry,
  describe: DescribeModel,
): Promise<OvError | null> {
  try {
    checkEntryTask(name, entry.task, await describe(entry.path));
    return null;
  } catch (error) {
    if (error instanceof OvError) return error;
    throw error;
  }
}

/** The reason in a few words, for a list. */
export function toShortReason({ code, facts }: OvError): string {
  return code === "task_unsupported" ? "its task is not served" : (facts.why ?? "it cannot be used");
}

/** The entries and files of the named models, or of all. Throws `model_not_found` and `registry_invalid`. */
export async function checkModels(registryPath: string, named: readonly string[]): Promise<CheckedModel[]> {
  const models = readModels(registryPath);
  for (const name of named) findEntry(models, name);
  const { entries, problems } = parseEntries(models);
  const describe = createModelReader();
  const names = named.length > 0 ? [...new Set(named)] : Object.keys(models);
  return await Promise.all(
    names.map(async (name) => {
      const reasons = problems.filter((problem) => problem.name === name).map(({ reason }) => reason);
      return await checkModel(name, entries.get(name), reasons, describe);
    }),
  );
}

/** `reasons`: what the registry itself reports of the entry. */
async function checkModel(
  name: string,
  entry: RegistryEntry | undefined,
  reasons: string[],
  describe: DescribeModel,
): Promise<CheckedModel> {
  const found = entry === undefined ? null : await findProblem(name, entry, describe);
  const sentences = [...reasons, ...(found === null ? [] : [found.message])];
  return {
    name,
    path: entry?.path ?? null,
    entry,
    problem: sentences.length === 0 ? null : sentences.join(" "),
    reason: findReason(entry, found, reasons),
    load: null,
  };
}

function findReason(
  entry: RegistryEntry | undefined,
  found: OvError | null,
  reasons: string[],
): string | null {
  if (entry === undefined) return "its entry is not valid";
  if (found !== null) return toShortReason(found);
  return reasons.length === 0 ? null : "some further names are ignored";
}

/**
 * Loads those that have no problem, one after the other: two models at once may not fit in memory. `onLoad` is called
 * before each.
 */
export async function checkLoads(
  checked: readonly CheckedModel[],
  tester: Pick<LoadTester, "test">,
  onLoad: (name: string) => void,
): Promise<CheckedModel[]> {
  const done: CheckedModel[] = [];
  for (const model of checked) {
    if (model.entry === undefined || model.problem !== null) {
      done.push(model);
      continue;
    }
    onLoad(model.name);
    const load = await tester.test(model.name, model.entry);
    const reason = load.problem === null ? null : "it does not load";
    done.push({ ...model, load, problem: load.problem, reason });
  }
  return done;
}
