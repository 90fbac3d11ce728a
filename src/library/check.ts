import { toShortReason } from "../../cli/models/list.ts";
import { paint, renderTable, toOneLine } from "../../cli/terminal.ts";
import { describeModel } from "../models/folder.ts";
import type { RegistryEntry } from "../registry/schema.ts";
import type { LoadResult } from "./trial.ts";

export interface CheckedModel {
  name: string;
  path: string | null;
  /** undefined: its entry is broken. */
  entry: RegistryEntry | undefined;
  /** Why it cannot be served, or what of its entry is not in force, as a sentence; null: it is well. */
  problem: string | null;
  /** null: it was not loaded. */
  load: LoadResult | null;
}

/** `reasons`: what the registry itself has to say against the entry. */
export async function checkFiles(
  name: string,
  entry: RegistryEntry | undefined,
  reasons: string[],
): Promise<CheckedModel> {
  const found = entry === undefined ? [] : await describeModel(entry.path).then(() => [], toReasons);
  const problem = [...reasons, ...found].join(" ");
  return { name, path: entry?.path ?? null, entry, problem: problem === "" ? null : problem, load: null };
}

function toReasons(error: unknown): string[] {
  return [error instanceof Error ? error.message : String(error)];
}

/** A table, and under it each problem as a whole sentence. */
export function renderChecked(checked: CheckedModel[], registryPath: string, width: number | null): string {
  if (checked.length === 0) return `${toOneLine(`No models in ${JSON.stringify(registryPath)} yet.`)}\n`;
  const withLoad = checked.some(({ load }) => load !== null);
  const header = ["NAME", "STATE", ...(withLoad ? ["DEVICE", "SECONDS"] : []), "PATH"];
  const rows = checked.map((model) => {
    const loaded = [model.load?.device ?? "-", model.load === null ? "-" : model.load.seconds.toFixed(1)];
    return [toOneLine(model.name), toState(model), ...(withLoad ? loaded : []), toOneLine(model.path ?? "-")];
  });
  const notes = checked.flatMap(({ name, problem }) =>
    problem === null ? [] : [`${toOneLine(`${name}: ${problem}`)}\n`],
  );
  return [renderTable(header, rows, width), ...(notes.length > 0 ? ["\n", ...notes] : [])].join("");
}

function toState({ problem, path, entry, load }: CheckedModel): string {
  if (problem === null) return load === null ? "ok" : "answers";
  if (load !== null) return paint("red", "does not load");
  const short = entry === undefined ? "is not a valid entry" : toShortReason(problem, path ?? "");
  return paint("red", toOneLine(short));
}
