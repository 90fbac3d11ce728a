import { existsSync, lstatSync, readdirSync, rmdirSync } from "node:fs";
import { basename, join } from "node:path";
import { Value } from "@sinclair/typebox/value";
import type { Settings } from "../../config/settings.ts";
import { OvError } from "../../errors.ts";
import { type Choice, chooseFiles } from "../../hub/choose.ts";
import { isThere } from "../../hub/file.ts";
import type { HubFile, Listing } from "../../hub/listing.ts";
import { toRepoName } from "../../hub/names.ts";
import { HfConfig } from "../../models/hf-config.ts";
import { findHfTask, taskFiles } from "../../models/hf-folder.ts";
import { listConverted } from "../../models/manifests.ts";
import { toRealPath } from "../../models/paths.ts";
import { isServed, renderUnserved, usualTask } from "../../models/tasks.ts";
import { findWay } from "../environment/transformers-versions.ts";
import type { Session, Wanted } from "../options.ts";
import { readRegistry } from "../plan/prepare.ts";
import { isOwn } from "../source/scan.ts";
import { readOrigin, writeOrigin } from "./origin.ts";

/** `present`: it was made ready before, under that name. `fetched`: it lies in OV_MODEL_SRC as that folder or file. */
export type Fetched = Present | { state: "fetched"; entry: string };

export interface Present {
  state: "present";
  repo: string;
  /** In the registry. */
  name: string;
  path: string;
  task: string;
  weightFormat: string;
}

/** Fetches a model of the hub into OV_MODEL_SRC. Checks on the hub that it can be served before anything is fetched. */
export async function fetchSource(wanted: Wanted, session: Session): Promise<Fetched> {
  const { options, deps, signal } = session;
  const { settings } = options.loaded;
  const { repo } = wanted;
  const folder = toPlace(repo, toRepoName(repo).name, settings);
  const earlier = options.overwrite ? null : findEarlier(folder, wanted, settings);
  if (earlier !== null) return earlier;
  if (options.dryRun) return planDry(repo, folder, settings);
  const listing = await deps.hub.list(repo, signal);
  const choice = chooseFiles(listing, wanted.quant);
  if (choice.kind === "weights") await refuseUnfit(listing, wanted, session);
  if (choice.kind !== "gguf") return await bring(folder, listing, choice, session);
  const [only] = choice.files;
  const file = toPlace(repo, basename(only.path), settings);
  if (!options.overwrite) await refuseOtherFile(repo, file, only);
  const found = options.overwrite ? null : findEarlier(file, wanted, settings);
  return found ?? (await bring(file, listing, choice, session));
}

/** The model that this was made into or is already; null: it has to be fetched, or only the hub's list of files shows. Throws where something else lies at its place. */
export function findFetched(wanted: Wanted, settings: Settings): Present | null {
  const found = findEarlier(toPlace(wanted.repo, toRepoName(wanted.repo).name, settings), wanted, settings);
  return found?.state === "present" ? found : null;
}

async function bring(
  path: string,
  listing: Listing,
  choice: Choice,
  { deps, report, signal }: Session,
): Promise<Fetched> {
  const { repo } = listing;
  const targets = choice.files.map((file) => ({
    file,
    // A single file comes without the folders of the repository.
    path: choice.kind === "gguf" ? path : join(path, file.path),
  }));
  try {
    await deps.hub.download({
      listing,
      targets,
      signal,
      onProgress: (progress) => report({ type: "fetching", repo, path, ...progress }),
    });
  } catch (error) {
    report({ type: "fetch_stopped", repo });
    // What was fetched so far is kept to resume from; empty folders are not.
    removeEmptyFolders(path);
    throw error;
  }
  if (choice.kind !== "gguf") writeOrigin(path, { repo, revision: listing.commit });
  return { state: "fetched", entry: basename(path) };
}

/** A link, such as to another disk, belongs to the user. */
function removeEmptyFolders(path: string): void {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  for (const name of readdirSync(path)) removeEmptyFolders(join(path, name));
  if (readdirSync(path).length === 0) rmdirSync(path);
}

/** In OV_MODEL_SRC. Throws when that is where originals or converted models are kept. */
function toPlace(repo: string, name: string, settings: Settings): string {
  const path = join(settings.modelSrc, name);
  if (!isOwn(path, settings)) return path;
  throw new OvError("conversion_failed", {
    what: `Cannot fetch ${repo} to "${path}"`,
    why: "that folder holds the originals or the converted models",
    next: "Set OV_MODEL_SRC to another folder.",
  });
}

/** The model that was made of that folder or file, or is it. Throws where that is not what was asked for. */
function findEarlier(path: string, { repo, reuse }: Wanted, settings: Settings): Fetched | null {
  const made = listConverted(settings.modelOut).manifests.find(({ source_path }) => source_path === path);
  refuseOther(repo, existsSync(path) ? path : (made?.original_path ?? path));
  const place = made?.converted_path ?? path;
  const entries = [...readRegistry(settings).entries];
  const found = entries.find(([, entry]) => toRealPath(entry.path) === toRealPath(place));
  if (found !== undefined && reuse) {
    const [name, { task, weight_format: weightFormat }] = found;
    return { state: "present", repo, name, path: place, task, weightFormat };
  }
  if (made === undefined || existsSync(path)) return null;
  throw new OvError("conversion_failed", {
    what: `${repo} was converted before, as "${made.name}"; its original lies at ${made.original_path}`,
    next: "Move that back to convert it to another format, or fetch it again with --overwrite.",
  });
}

/** Another owner's model may have the same name. */
function refuseOther(repo: string, folder: string): void {
  const other = readOrigin(folder)?.repo;
  if (other === undefined || other === repo) return;
  throw new OvError("conversion_failed", {
    what: `Cannot fetch ${repo}`,
    why: `"${folder}" holds ${other}`,
    next: "Move that folder elsewhere, or give it another name, then run it again.",
  });
}

/** A .gguf file that happens to have the same name is neither overwritten nor taken for the one that is wanted. */
async function refuseOtherFile(repo: string, path: string, wanted: HubFile): Promise<void> {
  if (!existsSync(path) || (await isThere(path, wanted))) return;
  throw new OvError("conversion_failed", {
    what: `Cannot fetch ${repo}`,
    why: `another file lies at "${path}"`,
    next: "Move that file elsewhere, or give it another name, then run it again.",
  });
}

function planDry(repo: string, folder: string, { modelSrc }: Settings): Fetched {
  if (existsSync(folder)) return { state: "fetched", entry: basename(folder) };
  throw new OvError("conversion_failed", {
    what: `Cannot plan the conversion of ${repo}`,
    why: `it is not in ${modelSrc} yet, and --dry-run fetches nothing`,
    next: "Leave --dry-run out to fetch it.",
  });
}

/** Checked before gigabytes are fetched for nothing. */
async function refuseUnfit(listing: Listing, wanted: Wanted, { deps, signal }: Session): Promise<void> {
  const { repo } = wanted;
  const config = toConfig(await deps.hub.readText(listing, "config.json", signal));
  const files = taskFiles.filter((name) => listing.files.some(({ path }) => path === name));
  const task = findHfTask(config, { files, label: repo });
  if (task !== null && !isServed(task)) {
    throw new OvError("task_unsupported", {
      what: `Cannot convert ${repo}`,
      why: renderUnserved(task),
      next: "Choose a model for another task.",
    });
  }
  const way = findWay(config.model_type ?? "", task ?? usualTask, config.auto_map !== undefined);
  if (config.model_type !== undefined && "problem" in way) {
    throw new OvError("conversion_failed", {
      what: `Cannot convert ${repo}`,
      why: way.problem,
      next: "Look for a ready OpenVINO model of it, or choose another one.",
    });
  }
  if (!wanted.unattended || config.auto_map === undefined) return;
  throw new OvError("conversion_failed", {
    what: `Cannot pull ${repo} through the server`,
    why: "it comes with Python files that its conversion would run",
    next: `Read them, then run "ov-llm convert ${repo}" on the server.`,
  });
}

function toConfig(text: string | null): HfConfig {
  try {
    const content: unknown = JSON.parse(text ?? "{}");
    return Value.Check(HfConfig, content) ? content : {};
  } catch {
    return {};
  }
}
