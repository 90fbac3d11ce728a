import { closeSync, mkdirSync, openSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { OvError, toReason } from "../../src/errors.ts";
import type { TuneResult } from "../../src/tuning.ts";
import { renderHtml } from "./html.ts";

/** Throws what `writePage` would, before minutes are spent on what it is to show. Leaves what is there as it is. */
export function checkPage(path: string): void {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    // A pipe or a terminal would be waited for.
    if (stat !== undefined && !stat.isFile() && !stat.isDirectory()) return;
    mkdirSync(dirname(path), { recursive: true });
    closeSync(openSync(path, "a"));
    if (stat === undefined) rmSync(path, { force: true });
  } catch (error) {
    throw unwritable(path, error);
  }
}

export async function writePage(path: string, result: TuneResult): Promise<void> {
  try {
    await Bun.write(path, renderHtml(result, new Date()));
  } catch (error) {
    throw unwritable(path, error);
  }
}

function unwritable(path: string, error: unknown): OvError {
  const what = `Cannot write the result to ${JSON.stringify(path)}`;
  return new OvError("invalid_setting", { what, why: toReason(error) }, { param: "html", cause: error });
}
