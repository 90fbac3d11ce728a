import { basename } from "node:path";
import type { OvError } from "../errors.ts";
import type { ReportedModel } from "./events.ts";
import { isExport, type Planned } from "./plan/plan.ts";
import type { Present } from "./pull/fetch.ts";

/** A model of the plan, as `--json` shows it. */
export function toReported(planned: Planned, state: ReportedModel["state"], error?: OvError): ReportedModel {
  return {
    folder: planned.source.folder,
    name: planned.name,
    state,
    task: planned.task,
    weight_format: planned.weightFormat,
    path: planned.path,
    python_files: isExport(planned) ? planned.source.code : [],
    original_path: null,
    int4: null,
    quality: null,
    seconds: null,
    error: error?.message ?? null,
  };
}

/** One that was fetched before, and stays as it is. */
export function toPresent({ name, path, task, weightFormat }: Present): ReportedModel {
  return {
    folder: basename(path),
    name,
    state: "present",
    task,
    weight_format: weightFormat,
    path,
    python_files: [],
    original_path: null,
    int4: null,
    quality: null,
    seconds: null,
    error: null,
  };
}
