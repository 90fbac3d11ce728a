import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Type } from "@sinclair/typebox";
import { syncPath } from "../linux/atomic-file.ts";
import { readJsonFile } from "../models/hf-config.ts";
import { syncFolder } from "./places.ts";

export type MoveStep =
  | "original moved"
  | "original copied"
  | "copy in place"
  | "original set aside"
  | "original removed";

/** Lies in a copy until its original is gone: without it, the folder is somebody else's. */
const CopyMark = Type.Object({ source_path: Type.String() });
const copyMark = ".ov-llm-copied.json";

/**
 * Moves a folder. To another file system it is copied beside its new place, renamed into it, and only then removed. A
 * call can be killed at any moment and repeated with the same paths; at least one of both folders is always whole.
 * Throws, with the original in its place, when something else lies at `to`.
 */
export function moveFolder(from: string, to: string, onStep: (step: MoveStep) => void): void {
  const aside = join(dirname(from), `.${basename(from)}.ov-llm-moved`);
  const isCopied = readJsonFile(join(to, copyMark), CopyMark)?.source_path === from;
  if (!isCopied && existsSync(from)) {
    if (existsSync(to)) throw new Error(`${to} already exists`);
    mkdirSync(dirname(to), { recursive: true });
    if (tryRename(from, to)) {
      onStep("original moved");
      return;
    }
    copy(from, to, onStep);
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
    if (error instanceof Error && "code" in error && error.code === "EXDEV") return false;
    throw error;
  }
}

function copy(from: string, to: string, onStep: (step: MoveStep) => void): void {
  const partial = join(dirname(to), `.${basename(to)}.ov-llm-partial`);
  rmSync(partial, { recursive: true, force: true });
  try {
    cpSync(from, partial, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
    writeFileSync(join(partial, copyMark), JSON.stringify({ source_path: from }));
    syncFolder(partial);
    onStep("original copied");
    renameSync(partial, to);
    syncPath(dirname(to));
    onStep("copy in place");
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    throw error;
  }
}
