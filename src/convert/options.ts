import type { LoadedSettings } from "../config/load.ts";
import type { Selection } from "./select.ts";

export interface ConvertOptions {
  loaded: LoadedSettings;
  /** `owner/repo` on the hub, fetched first; null: what lies in OV_MODEL_SRC. */
  repo: string | null;
  selection: Selection;
  /** For the one model that is converted. */
  name: string | null;
  overwrite: boolean;
  copy: boolean;
  dryRun: boolean;
  yes: boolean;
  json: boolean;
  keepGoing: boolean;
}

/** What `ov-llm convert --json` prints. */
export interface Report {
  /** Ones that an earlier run had left unfinished. */
  recovered: string[];
  models: ReportedModel[];
  skipped: { folder: string; reason: string }[];
}

export interface ReportedModel {
  folder: string;
  name: string;
  state: "planned" | "converted" | "registered" | "failed" | "refused" | "not started";
  task: string;
  weight_format: string;
  path: string;
  /** Where the original lies now; null: nothing was converted. */
  original_path: string | null;
  seconds: number | null;
  /** As a sentence; null: it went well. */
  error: string | null;
}
