import type { OvError } from "../errors.ts";

/** How far a pull is; sizes in bytes. */
export type PullStep =
  | {
      type: "fetching";
      done: number;
      bytes: number;
      /** The file that comes now; `digest` in hexadecimal, null where the hub names none. */
      file: { path: string; digest: string | null; done: number; bytes: number };
    }
  /** The converter itself, which is missing. */
  | { type: "installing"; line: string }
  | { type: "converting"; stage: string; percent: number | null }
  | { type: "checking" };

/** What is pulled, as the hub calls it. */
export interface PullSource {
  /** `owner/name` */
  repo: string;
  /** Which .gguf file; null: not said. */
  quant: string | null;
}

/** What a pull has made ready. */
export interface PulledModel {
  state: "present" | "registered" | "converted";
  /** In the registry. */
  name: string;
  path: string;
}

export interface Pull {
  id: string;
  /** `owner/name`, with `:quant` where that was asked for. */
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

/** Steps with the same one differ in their progress alone. */
export function toLabel(step: PullStep): string {
  return step.type === "converting" ? step.stage : step.type;
}

export function toProgress(step: PullStep): { step: string; percent: number | null } {
  if (step.type === "converting") return { step: step.stage, percent: step.percent };
  if (step.type !== "fetching") return { step: step.type, percent: null };
  const percent = step.bytes === 0 ? null : Math.floor((100 * step.done) / step.bytes);
  return { step: step.type, percent };
}
