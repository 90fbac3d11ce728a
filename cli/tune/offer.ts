import { readModels, setEntry } from "../../src/library/edit.ts";
import { type Change, invertChange } from "../../src/tune/change.ts";
import type { TuneResult } from "../../src/tuning.ts";
import { confirm, isInteractive } from "../confirm.ts";
import { writeLines } from "../terminal.ts";
import { renderDifference } from "./render.ts";

export interface OfferOptions {
  registryPath: string;
  /** Write it without a question, unless it changes what the model writes. */
  yes: boolean;
  /** With `yes`: also where it does. */
  accept: boolean;
  /** Nobody is asked, and nothing is written. */
  dryRun: boolean;
  /** stdout is for the result alone. */
  quiet: boolean;
  signal: AbortSignal;
}

export interface Offered {
  written: boolean;
  /** What takes it back, as `ov-llm models set` takes it; null: nothing was written. */
  undo: Change | null;
}

/** Writes the winner into the entry if the user wants that. */
export async function offerWinner({ model, winner }: TuneResult, options: OfferOptions): Promise<Offered> {
  const nothing = { written: false, undo: null };
  if (winner === null) return nothing;
  const { registryPath, yes, accept, dryRun, quiet, signal } = options;
  const { change, difference } = winner;
  const say = async (line: string) => {
    if (!quiet) await writeLines(line);
  };
  const mayWrite = yes && (difference === null || accept);
  const asks = !dryRun && !mayWrite && !quiet && isInteractive();
  const warning = difference === null ? "" : `Its answers change: ${renderDifference(difference)}. `;
  const isWanted =
    !dryRun &&
    (mayWrite ||
      (asks && (await confirm(`${warning}Write ${change.join(" ")} into the entry of "${model}"?`, signal))));
  if (!isWanted) {
    if (yes && !dryRun && difference !== null && !asks)
      await say(
        "Not written, because its answers would change, and --yes does not stand for that: add --accept.",
      );
    await say(`Nothing was changed. To change it: ${toCommand(model, change)}`);
    return nothing;
  }
  const undo = invertChange(readModels(registryPath)[model], change);
  await setEntry(registryPath, model, change, { force: false });
  await say(`Changed "${model}": ${change.join(", ")}`);
  await say(`To change it back: ${toCommand(model, undo)}`);
  return { written: true, undo };
}

const toCommand = (model: string, change: Change) =>
  ["ov-llm models set", ...[model, ...change].map(toShellWord)].join(" ");

/** As a POSIX shell takes it for one word. */
export function toShellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
