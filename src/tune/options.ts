import type { RawModels } from "../registry/edit.ts";
import type { RegistryEntry } from "../registry/schema.ts";
import type { Tried } from "../tuning.ts";
import type { BenchOptions } from "./bench.ts";
import type { Listing, Present } from "./candidates.ts";

export type TuneEvent =
  | { type: "loading"; label: string }
  /** `position`: from 1 to `total`. */
  | { type: "measuring"; label: string; position: number; total: number; pairs: number }
  | { type: "tried"; tried: Tried; position: number; total: number }
  /** The server answers requests: measures would be worth nothing. */
  | { type: "waiting" };

/** What the running server does at this moment. */
export interface ServerWork {
  isBusy: boolean;
  /** Another text once it has answered a request. */
  mark: string;
}

export interface TuneOptions extends BenchOptions {
  entry: RegistryEntry;
  /** All entries as they stand in the registry. */
  models: Readonly<RawModels>;
  /** What to try, once it is known how the model runs now. */
  list: (present: Present) => Listing;
  readServer: () => Promise<ServerWork>;
  minutes: number;
  report: (event: TuneEvent) => void;
}
