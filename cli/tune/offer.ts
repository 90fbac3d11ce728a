import { setEntry } from "../../src/library/edit.ts";
import type { TuneResult } from "../../src/tune/result.ts";
import { confirm, isInteractive } from "../confirm.ts";
import { writeLines } from "../terminal.ts";
import { renderDifference } from "./render.ts";

export interface OfferOptions {
  registryPath: string;
  /** Write it without a question, unless it changes what the model writes. */
  yes: boolean;
  /** Nobody is asked, and nothing is written. */
  dryRun: boolean;
  /** stdout is for the result alone. */
  quiet: boolean;
  signal: AbortSignal;
}

/** Writes the winner into the entry if that is wanted. Whether it did. */
export async function offerWinner({ model, winner }: TuneResult, options: OfferOptions): Promise<boolean> {
  if (winner === null) return false;
  const { registryPath, yes, dryRun, quiet, signal } = options;
  const { change, difference } = winner;
  const say = async (line: string) => {
    if (!quiet) await writeLines(line);
  };
  const command = ["ov-llm models set", ...[model, ...change].map(toShellWord)].join(" ");
  const mayWrite = difference === null && yes;
  const asks = !dryRun && !mayWrite && !quiet && isInteractive();
  const warning = difference === null ? "" : `Its answers change: ${renderDifference(difference)}. `;
  const isWanted =
    !dryRun &&
    (mayWrite ||
      (asks && (await confirm(`${warning}Write ${change.join(" ")} into the entry of "${model}"?`, signal))));
  if (!isWanted) {
    if (yes && !dryRun && difference !== null && !asks)
      await say("Not written, because its answers would change, and --yes does not stand for that.");
    await say(`Nothing was changed. To change it: ${command}`);
    return false;
  }
  await setEntry(registryPath, model, change, { force: false });
  await say(`Changed "${model}": ${change.join(", ")}`);
  return true;
}

/** As a POSIX shell takes it for one word. */
export function toShellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
