import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { cp } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Type } from "@sinclair/typebox";
import { toSystemCode } from "../../errors.ts";
import { syncPath } from "../../linux/atomic-file.ts";
import { readJsonFile } from "../../models/hf-config.ts";
import { syncFolder } from "./places.ts";

export type MoveStep =
  | "original moved"
  | "original copied"
  | "copy in place"
  | "original set aside"
  | "original removed";

export interface MoveOptions {
  onStep: (step: MoveStep) => void;
  /** Ends a copy after its current file; the original is then as it was. */
  signal?: AbortSignal | undefined;
}

/** Marks a copy until its original is removed: a folder without it is not ours. */
const CopyMark = Type.Object({ source_path: Type.String() });
const copyMark = ".ov-llm-copied.json";

/**
 * Moves a folder. To another file system it is copied beside its new place, renamed into it, and only then removed. A
 * call can be killed at any moment and repeated with the same paths; at least one of both folders is always whole.
 * Throws, with the original in its place, when something else lies at `to`.
 */
export async function moveFolder(from: string, to: string, { onStep, signal }: MoveOptions): Promise<void> {
  const aside = join(dirname(from), `.${basename(from)}.ov-llm-moved`);
  const isCopied = readJsonFile(join(to, copyMark), CopyMark)?.source_path === from;
  if (!isCopied && existsSync(from)) {
    if (existsSync(to)) throw new Error(`${to} already exists`);
    mkdirSync(dirname(to), { recursive: true });
    if (tryRename(from, to)) {
      onStep("original moved");
      return;
    }
    await copy(from, to, { onStep, signal });
  }
  if (!existsSync(join(to, copyMark))) return;
  if (existsSync(from)) {
    rmSync(aside, { recursive: true, force: true });
    renameSync(from, aside);
    onStep("original set aside");
  }
  rmSync(aside, { recursive: true, force: true });
  onStep("original removed");
  rmSync(join(to, copyMark), { force: true });
}

/** False: the two lie on different file systems. */
function tryRename(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    syncPath(dirname(to));
    syncPath(dirname(from));
    return true;
  } catch (error) {
    if (toSystemCode(error) === "EXDEV") return false;
    throw error;
  }
}

async function copy(from: string, to: string, { onStep, signal }: MoveOptions): Promise<void> {
  const partial = join(dirname(to), `.${basename(to)}.ov-llm-partial`);
  rmSync(partial, { recursive: true, force: true });
  try {
    const isWanted = () => !signal?.aborted;
    await cp(from, partial, {
      recursive: true,
      preserveTimestamps: true,
      verbatimSymlinks: true,
      filter: isWanted,
    });
    signal?.throwIfAborted();
    writeFileSync(join(partial, copyMark), JSON.stringify({ source_path: from }));
    await syncFolder(partial);
    signal?.throwIfAborted();
    onStep("original copied");
    renameSync(partial, to);
    syncPath(dirname(to));
    onStep("copy in place");
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    throw error;
  }
}
