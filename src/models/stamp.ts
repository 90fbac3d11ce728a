import type { BigIntStats } from "node:fs";
import { dirname, join } from "node:path";
import { tryStat } from "../files.ts";
import { tryList } from "./files.ts";

/** The largest models are split into some dozens of files. */
const mostFiles = 100;
/** What an engine reads of a folder; notes and pictures may change. */
const readByEngine = /\.(xml|bin|json|jinja|txt|model|gguf)$/;
/** Ours, and written after the model. */
const notes = "conversion.json";
/** How a split .gguf names its parts. */
const part = /-(\d{5})-of-(\d{5})\.gguf$/;

/**
 * What the files of a model at a path look like from outside: another text when one is replaced, changed, added or removed.
 * Costs one stat for each file, and reads the folder only when its list has changed. Throws nothing: what cannot be read
 * looks like a missing file.
 */
export function createStampReader(): (path: string) => string {
  const folders = new Map<string, { changed: string; files: string[] }>();

  function listFiles(path: string, folder: BigIntStats): string[] {
    const changed = toStamp(folder);
    const known = folders.get(path);
    if (known?.changed === changed) return known.files;
    const files = listFolder(path);
    // A disk that fails for now leaves nothing to remember.
    if (files !== null) folders.set(path, { changed, files });
    return files ?? [];
  }

  return (path) => {
    const found = tryStat(path);
    if (found === null) return "missing";
    const files = found.isDirectory() ? listFiles(path, found) : listParts(path);
    return files.map((file) => `${file.slice(dirname(path).length)} ${toStamp(tryStat(file))}`).join("\n");
  };
}

/**
 * Reads each path once in a turn of the event loop, for all requests that are handled in it. They had arrived before the turn
 * started, so what it reads is no older than any of them.
 */
export function oncePerTurn(read: (path: string) => string): (path: string) => string {
  const known = new Map<string, string>();
  return (path) => {
    const found = known.get(path) ?? read(path);
    if (known.size === 0) setImmediate(() => known.clear());
    known.set(path, found);
    return found;
  };
}

function listFolder(path: string): string[] | null {
  const names = tryList(path)?.filter((name) => readByEngine.test(name) && name !== notes);
  if (names === undefined) return null;
  return names
    .sort()
    .slice(0, mostFiles)
    .map((name) => join(path, name));
}

function listParts(path: string): string[] {
  const [, , count] = part.exec(path) ?? [];
  if (count === undefined) return [path];
  const numbers = Array.from({ length: Math.min(Number(count), mostFiles) }, (_, at) => at + 1);
  return numbers.map((at) => path.replace(part, `-${String(at).padStart(5, "0")}-of-${count}.gguf`));
}

function toStamp(stat: BigIntStats | null): string {
  return stat === null ? "missing" : [stat.size, stat.mtimeNs, stat.ino].join(" ");
}
