import type { ErrorFacts, OvError } from "../errors.ts";
import type { DownloadProgress } from "../hub/hub.ts";
import type { Made, Quality } from "../models/manifest.ts";
import type { ExportProgress } from "./exporter/optimum.ts";
import type { Planned } from "./plan/plan.ts";
import type { Resources, Shortage, Verdict } from "./plan/resources.ts";
import type { Skipped } from "./source/scan.ts";
import type { Source } from "./source/source.ts";

/** Which model of the run an event is about. */
export interface ModelOfRun {
  name: string;
  /** From 1 to `total`. */
  position: number;
  total: number;
}

/** All events of a run, in order. Paths are absolute, sizes in bytes. */
export type ConvertEvent =
  /** A conversion that an earlier run had not finished has been finished. */
  | { type: "recovered"; name: string; warning: ErrorFacts | null }
  /** The unfinished files of an earlier run have been removed. */
  | { type: "cleaned"; folders: string[] }
  /** A folder has a journal that must not be followed; it stays unchanged. */
  | { type: "doubted"; folder: string; why: string }
  /** A line of progress. */
  | { type: "installing"; line: string }
  | ({ type: "fetching"; repo: string; path: string } & DownloadProgress)
  /** The download failed, or the signal ended it. */
  | { type: "fetch_stopped"; repo: string }
  /** The requested model was fetched and registered before; nothing is done. */
  | { type: "present"; repo: string; name: string; path: string; weightFormat: string }
  | { type: "scanned"; modelSrc: string; found: Source[]; skipped: Skipped[] }
  | ({ type: "planned" } & PlanView)
  /** This machine lacks the disk or memory for the plan. */
  | { type: "refused"; shortages: Shortage[] }
  /** A model is left out, because its Python files must not run. */
  | { type: "code_refused"; folder: string; error: OvError }
  /** The person declined the plan. */
  | { type: "declined" }
  /** `logPath` gets the exporter's output; null: the model needs no export. */
  | { type: "started"; model: ModelOfRun; logPath: string | null }
  | ({ type: "exporting"; model: ModelOfRun } & ExportProgress)
  /** The export starts again, with other arguments. */
  | { type: "retrying"; model: ModelOfRun; note: string }
  | { type: "checking"; model: ModelOfRun; seconds: number }
  /** Its output looks like noise (`doubt`, a clause); it is registered anyway, as requested. */
  | { type: "accepted"; model: ModelOfRun; doubt: string }
  /** How close it is to its original, if requested. */
  | { type: "measuring"; model: ModelOfRun; seconds: number }
  | { type: "measured"; model: ModelOfRun; quality: Quality }
  /** Why it could not be measured, as a clause; the model is registered anyway. */
  | { type: "unmeasured"; model: ModelOfRun; why: string }
  | ({ type: "converted" | "registered"; model: ModelOfRun } & Finished)
  | { type: "failed"; model: ModelOfRun; seconds: number; error: OvError }
  /** The signal ended it; the model and the registry are as they were. */
  | { type: "stopped"; model: ModelOfRun; seconds: number };

/** What a person should know before agreeing. */
export interface PlanView {
  plan: readonly Planned[];
  verdict: Verdict;
  resources: Resources;
  /** Python files that come with a model may run. */
  trustRemoteCode: boolean;
  /** The converter must be installed first. */
  mustInstall: boolean;
}

interface Finished {
  /** Its name in the registry; differs from the planned one if that was taken meanwhile. */
  registeredAs: string;
  /** Its short name of the catalogue, by which it also answers; null: none. */
  alias: string | null;
  /** Whether it writes text. */
  writes: boolean;
  path: string;
  seconds: number;
  /** What went wrong after the model was registered; null: nothing. */
  warning: ErrorFacts | null;
}

/** What a run did. */
export interface ConvertReport {
  /** Ones that an earlier run had left unfinished. */
  recovered: string[];
  models: ReportedModel[];
  skipped: { folder: string; reason: string }[];
}

export interface ReportedModel {
  folder: string;
  name: string;
  state: "planned" | "present" | "converted" | "registered" | "failed" | "refused" | "not started";
  task: string;
  weight_format: string;
  path: string;
  /** Python files that come with the model, or that its files name; they run during a conversion that allows it. */
  python_files: string[];
  /** Where the original lies now; null: nothing was converted. */
  original_path: string | null;
  seconds: number | null;
  /** How its int4 weights were made; null: as the exporter does, or in another format. */
  int4: Made["int4"] | null;
  /** With --quality; null: it was not measured. */
  quality: Quality | null;
  /** As a sentence; null: there was none. */
  error: string | null;
}
