import type { OvError } from "../errors.ts";

/** The progress of a pull; sizes in bytes. */
export type PullStep =
  | {
      type: "fetching";
      done: number;
      bytes: number;
      /** The file that is being fetched; `digest` in hexadecimal, null if the hub states none. */
      file: { path: string; digest: string | null; done: number; bytes: number };
    }
  /** The converter itself, which is missing. */
  | { type: "installing"; line: string }
  | { type: "converting"; stage: string; percent: number | null }
  | { type: "checking" };

/** What is pulled, by its name on the hub. */
export interface PullSource {
  /** `owner/name` */
  repo: string;
  /** Which .gguf file; null: not specified. */
  quant: string | null;
}

/** The result of a pull. */
export interface PulledModel {
  state: "present" | "registered" | "converted";
  /** Its name in the registry. */
  name: string;
  path: string;
}

export interface Pull {
  id: string;
  /** `owner/name`, with `:quant` if that was requested. */
  model: string;
  state: "queued" | "running" | "done" | "failed" | "cancelled";
  createdAt: Date;
  step: PullStep | null;
  result: PulledModel | null;
  error: OvError | null;
}

export function isOver({ state }: Pull): boolean {
  return state === "done" || state === "failed" || state === "cancelled";
}

/** Steps with the same key differ only in their progress. */
export function toLabel(step: PullStep): string {
  return step.type === "converting" ? step.stage : step.type;
}

export function toProgress(step: PullStep): { step: string; percent: number | null } {
  if (step.type === "converting") return { step: step.stage, percent: step.percent };
  if (step.type !== "fetching") return { step: step.type, percent: null };
  const percent = step.bytes === 0 ? null : Math.floor((100 * step.done) / step.bytes);
  return { step: step.type, percent };
}
