import { toKey, toTarget } from "../../src/engine/model/target.ts";
import { OvError } from "../../src/errors.ts";
import { readModels, setEntry } from "../../src/library/edit.ts";
import { parseEntries, type RegistryEntry } from "../../src/registry/schema.ts";
import { type Change, invertChange } from "../../src/tune/change.ts";
import type { TuneResult } from "../../src/tuning.ts";
import { confirm, isInteractive } from "../confirm.ts";
import { toShellWord } from "../shell-word.ts";
import { writeLines } from "../terminal.ts";
import { renderDifference } from "./render.ts";

export interface OfferOptions {
  registryPath: string;
  /** As it was measured. */
  entry: RegistryEntry;
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

/**
 * Writes the winner into the entry if the user wants that. Throws `invalid_request` where the model runs in another way by then,
 * and what keeps the registry from being written.
 */
export async function offerWinner({ model, winner }: TuneResult, options: OfferOptions): Promise<Offered> {
  const nothing = { written: false, undo: null };
  if (winner === null) return nothing;
  const { registryPath, entry, yes, accept, dryRun, quiet, signal } = options;
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
      await say("Not written, because answers would change: to accept that, add --accept.");
    await say(`Nothing was changed. To change it: ${toCommand(model, change)}`);
    return nothing;
  }
  const models = readModels(registryPath);
  if (!isSame(model, entry, parseEntries(models).entries.get(model))) throw changedMeanwhile(model);
  const undo = invertChange(models[model], change);
  await setEntry(registryPath, model, change, { force: false });
  await say(`Changed "${model}": ${change.join(", ")}`);
  await say(`To change it back: ${toCommand(model, undo)}`);
  return { written: true, undo };
}

/** Whether both run in the same way. */
function isSame(model: string, before: RegistryEntry, now: RegistryEntry | undefined): boolean {
  const fallback = { device: "AUTO", engine: "auto" } as const;
  const keyOf = (entry: RegistryEntry) => toKey(toTarget(model, entry, fallback));
  return now !== undefined && keyOf(now) === keyOf(before);
}

function changedMeanwhile(model: string): OvError {
  return new OvError("invalid_request", {
    what: `What is faster was not written into the entry of ${JSON.stringify(model)}`,
    why: "it was changed or removed while it was measured",
    next: "Run it again.",
  });
}

const toCommand = (model: string, change: Change) =>
  ["ov-llm models set", ...[model, ...change].map(toShellWord)].join(" ");
