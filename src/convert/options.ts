import type { LoadedSettings } from "../config/load.ts";
import type { Hub } from "../hub/hub.ts";
import type { Converter } from "./environment/converter.ts";
import type { ConvertEvent } from "./events.ts";
import type { Int4Wishes } from "./plan/int4.ts";
import type { ModelCheck } from "./result/check.ts";
import type { QualityMeter } from "./result/quality.ts";
import type { Selection } from "./source/select.ts";

export interface Wanted {
  /** `owner/name` */
  repo: string;
  /** Which of several .gguf files, such as Q8_0; null: weights to convert where there are any, else the best one. */
  quant: string | null;
  /** A model that was fetched and registered before is not an error but the requested result. */
  reuse: boolean;
  /** Runs unattended: no code that comes with a model, and no more memory than is free. */
  unattended: boolean;
}

export interface ConvertOptions {
  loaded: LoadedSettings;
  /** A model of the hub, fetched first and made ready alone; null: what lies in OV_MODEL_SRC. */
  wanted: Wanted | null;
  selection: Selection;
  /** For the one model that is converted. */
  name: string | null;
  /** Convert again, and replace models of the same name. */
  overwrite: boolean;
  /** Register a model even if what it writes looks like noise. */
  accept: boolean;
  /** Leave the originals where they are. */
  copy: boolean;
  /** How int4 weights are made. */
  int4: Int4Wishes;
  /** Also measure how close each converted model is to its original. */
  quality: boolean;
  /** Only plan. */
  dryRun: boolean;
  /** Continue with the next model when one fails. */
  keepGoing: boolean;
}

/** The Python files of a model that was fetched. */
export interface OwnCode {
  /** `owner/name` */
  repo: string;
  /** The commit, where it is known. */
  revision?: string;
  path: string;
  files: readonly string[];
}

/** Questions to a person during a run. Each throws the signal's reason if it aborts. */
export interface Ask {
  /** The name that a folder's model gets; `blank`: the one that a blank answer gives it. */
  name(folder: string, blank: string): Promise<string>;
  /** Whether the conversion may run these files. */
  allowCode(code: OwnCode): Promise<boolean>;
  /** Whether to do what the event `planned` showed. Nothing is asked after it. */
  confirmPlan(): Promise<boolean>;
}

/** What a run is given. */
export interface Session {
  options: ConvertOptions;
  deps: { hub: Hub; converter: Converter; check: ModelCheck; measure: QualityMeter };
  /** null: no person can be asked; names are made from the folders, and the plan is carried out. */
  ask: Ask | null;
  report: (event: ConvertEvent) => void;
  signal: AbortSignal;
}
