import { basename } from "node:path";
import { OvError } from "../../errors.ts";
import type { Scan } from "./scan.ts";
import type { Source } from "./source.ts";

export interface Selection {
  /** Folder names; empty: all. */
  only: readonly string[];
  /** Patterns of folder names with `*`, `?`, `[…]`, `{a,b}`; empty: all. */
  include: readonly string[];
  exclude: readonly string[];
}

/** The part of a scan that was asked for. Throws, with the reason, when a folder of `only` cannot be converted. */
export function select({ found, skipped }: Scan, selection: Selection, modelSrc: string): Scan {
  for (const name of selection.only) {
    if (found.some(({ folder }) => folder === name)) continue;
    const reason = skipped.find(({ folder }) => folder === name)?.reason;
    throw new OvError(
      "conversion_failed",
      reason === undefined
        ? { what: describeUnknown(name, found, modelSrc) }
        : { what: `Cannot convert ${JSON.stringify(name)}`, why: reason },
    );
  }
  const isWanted = ({ folder }: { folder: string }) => matches(folder, selection);
  return { found: found.filter(isWanted), skipped: skipped.filter(isWanted) };
}

function matches(folder: string, { only, include, exclude }: Selection): boolean {
  const fits = (pattern: string) =>
    [folder, basename(folder)].some((name) => new Bun.Glob(pattern).match(name));
  if (only.length > 0 && !only.includes(folder)) return false;
  if (include.length > 0 && !include.some(fits)) return false;
  return !exclude.some(fits);
}

function describeUnknown(name: string, found: readonly Source[], modelSrc: string): string {
  const there = found.map(({ folder }) => JSON.stringify(folder)).join(", ");
  return `There is no ${JSON.stringify(name)} in ${JSON.stringify(modelSrc)} to convert; ${there === "" ? "the folder is empty" : `there is ${there}`}`;
}
