import type { Prompts } from "../measuring/prompts.ts";
import type { KindModel } from "../models/kind-models.ts";
import type { BenchOptions } from "../options.ts";
import type { BenchServer } from "../programs/server.ts";

/** A model of a kind that is measured. */
export interface KindRun {
  server: Pick<BenchServer, "host" | "port" | "pid">;
  model: KindModel;
  prompts: Prompts;
  options: BenchOptions;
}
