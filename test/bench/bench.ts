import type { Arguments } from "./arguments.ts";
import type { Part } from "./known-parts.ts";
import type { Curve } from "./measuring/curve.ts";
import type { Figure } from "./measuring/goals.ts";
import type { Prompts } from "./measuring/prompts.ts";
import type { LoadRow } from "./parts/load.ts";
import type { ServerSetup } from "./programs/server.ts";

/** A run of the bench: what its parts share, and what they found so far. */
export interface Bench {
  setup: ServerSetup;
  options: Arguments;
  prompts: Prompts;
  figures: Figure[];
  /** What each part found, whole. */
  reports: Partial<Record<Part | "copy", unknown>>;
  /** Of the part on load, and of those on growth: what a report shows as charts. */
  load: LoadRow[];
  curves: Curve[];
  /** What the figures are of. */
  model: string;
  /** The share of the machine that others took since the start, 0 to 1. */
  readOthers: () => number;
}

export function say(text: string): void {
  process.stderr.write(`${text} …\n`);
}
