import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import type { Settings } from "../config/settings.ts";
import { OvError } from "../errors.ts";
import { listConverted } from "../models/manifests.ts";
import { isServed, renderUnserved } from "../models/tasks.ts";
import { toRepoName } from "./hub.ts";
import type { Session } from "./options.ts";
import { isOwn } from "./scan.ts";

/** Brings `owner/name` of the hub into OV_MODEL_SRC and returns its folder's name. */
export async function fetchSource(repo: string, session: Session): Promise<string> {
  const { options, deps, report, signal } = session;
  const { settings } = options.loaded;
  const path = toDownloadFolder(repo, settings);
  if (!options.overwrite) refuseConverted(repo, path, settings);
  if (options.dryRun) {
    if (existsSync(path)) return basename(path);
    throw new OvError("conversion_failed", {
      what: `Cannot plan the conversion of ${repo}`,
      why: `it is not in ${settings.modelSrc} yet, and --dry-run fetches nothing`,
      next: "Leave --dry-run out to fetch it.",
    });
  }
  if (!(await deps.converter.isReady())) await bringConverter(session);
  if (!existsSync(path)) await refuseUnserved(repo, session);
  await deps.converter.fetch(repo, path, signal, (progress) =>
    report({ type: "fetching", repo, path, ...progress }),
  );
  return basename(path);
}

/** A folder of OV_MODEL_SRC. Throws when that is where originals or converted models are kept. */
function toDownloadFolder(repo: string, settings: Settings): string {
  const path = join(settings.modelSrc, toRepoName(repo).name);
  if (!isOwn(path, settings)) return path;
  throw new OvError("conversion_failed", {
    what: `Cannot fetch ${repo} to "${path}"`,
    why: "that folder holds the originals or the converted models",
    next: "Set OV_MODEL_SRC to another folder.",
  });
}

function refuseConverted(repo: string, path: string, { modelOut }: Settings): void {
  const before = listConverted(modelOut).manifests.find(({ source_path }) => source_path === path);
  if (before === undefined || existsSync(path)) return;
  throw new OvError("conversion_failed", {
    what: `${repo} was converted before, as "${before.name}"; its original lies at ${before.original_path}`,
    next: "Move that back to convert it to another format, or fetch it again with --overwrite.",
  });
}

/** Before gigabytes are fetched for nothing. */
async function refuseUnserved(repo: string, { deps, signal }: Session): Promise<void> {
  const task = await deps.converter.findTask(repo, signal);
  if (task === null || isServed(task)) return;
  throw new OvError("task_unsupported", {
    what: `Cannot convert ${repo}`,
    why: renderUnserved(task),
    next: "Choose a model for another task.",
  });
}

async function bringConverter({ ask, deps, report, signal }: Session): Promise<void> {
  if (ask !== null && !(await ask.confirmInstall())) {
    throw new OvError("setup_failed", {
      what: "Cannot fetch models without the converter",
      next: "Install it with `ov-llm setup --convert`.",
    });
  }
  await deps.converter.install(signal, (line) => report({ type: "installing", line }));
}
