import { statSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { toReason } from "../errors.ts";
import { isDanglingLink, readTextFile } from "../files.ts";
import { diffEntries, type RegistryDiff } from "./diff.ts";
import { toSource, toUnreadable } from "./file.ts";
import {
  listOtherNames,
  type ParsedRegistry,
  parseRegistry,
  type RegistryEntry,
  type RegistryProblem,
} from "./schema.ts";

export interface Snapshot {
  entries: ReadonlyMap<string, RegistryEntry>;
  /** degraded: the file cannot be read or understood; the entries are the last good ones. */
  state: "ok" | "degraded";
  /** Why it is degraded, as a sentence. */
  reason: string | null;
  problems: readonly RegistryProblem[];
  /** Probable typing errors in entries; everything is served. */
  hints: readonly RegistryProblem[];
}

export interface RegistryOptions {
  path: string;
  /** After the first load, whenever an entry differs. */
  onChange?: (diff: RegistryDiff, snapshot: Snapshot) => void;
  /** Once for each problem of each new text of the file: a sentence. */
  onProblem?: (reason: string) => void;
}

export interface Registry {
  /** The registry as the file is now; costs one stat while the file stays the same. */
  current(): Snapshot;
  /** The entry behind a name or an alias, as the file is now. */
  resolve(name: string): { name: string; entry: RegistryEntry } | undefined;
}

/**
 * A change within one tick of the file system's clock can leave the stat as it was. Until the file is older
 * than the coarsest clock (2 s on FAT) it is therefore read again, and parsed only when its text differs.
 */
const clockTickMs = 2_000;

/**
 * The registry in memory. No timer and no polling: the file is checked on each request, so that the next
 * one sees a change, a new name and a removed one.
 */
export function createRegistry({ path, onChange, onProblem }: RegistryOptions): Registry {
  let snapshot: Snapshot = { entries: new Map(), state: "ok", reason: null, problems: [], hints: [] };
  let aliases: ReadonlyMap<string, string> = new Map();
  let seen: Seen | undefined;

  function current(): Snapshot {
    const stamp = readStamp(path);
    if (seen?.key === stamp.key && seen.settled) return snapshot;
    const isOld = Date.now() - stamp.modifiedMs > clockTickMs;
    const content = readContent(path, stamp);
    // What keeps it from being read, such as too many open files, may pass and leave the file as it is.
    const isRead = content === null || "text" in content;
    const before = seen;
    seen = { key: stamp.key, settled: isOld && isRead, content };
    if (before === undefined || !isDeepStrictEqual(before.content, content))
      take(content, before === undefined);
    return snapshot;
  }

  function take(content: Content, isFirst: boolean): void {
    const old = snapshot.entries;
    const result = toResult(content, path);
    if (result.failure === null) {
      const { entries, problems, hints } = result;
      snapshot = { entries, state: "ok", reason: null, problems, hints };
      aliases = toAliases(snapshot.entries);
    } else {
      snapshot = { entries: old, state: "degraded", reason: result.failure, problems: [], hints: [] };
    }
    const sentences =
      result.failure === null
        ? [...result.problems, ...result.hints].map(({ reason }) => reason)
        : [result.failure];
    for (const sentence of sentences) onProblem?.(sentence);
    if (!isFirst && !isDeepStrictEqual(old, snapshot.entries)) {
      onChange?.(diffEntries(old, snapshot.entries), snapshot);
    }
  }

  return {
    current,
    resolve(asked) {
      const { entries } = current();
      const name = entries.has(asked) ? asked : aliases.get(asked);
      const entry = name === undefined ? undefined : entries.get(name);
      return name === undefined || entry === undefined ? undefined : { name, entry };
    },
  };
}

/** The registry as the file is now, for a caller that reads it once. A file that cannot be used is no error; `reason` states why. */
export function readSnapshot(path: string): Snapshot {
  return createRegistry({ path }).current();
}

interface Stamp {
  /** Differs when the file differs, but for changes within one tick of the clock. */
  key: string;
  modifiedMs: number;
  /** undefined: there is a file; null: there is none; else why it cannot be read. */
  failure?: string | null;
}

type Content = { text: string } | { failure: string } | null;

interface Seen {
  key: string;
  settled: boolean;
  content: Content;
}

function readStamp(path: string): Stamp {
  try {
    const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (stat === undefined) return toMissing(path);
    // The change time sees what the others do not: a corrected mode, a modification time set back.
    const key = [stat.mtimeNs, stat.ctimeNs, stat.size, stat.ino, stat.dev].join(" ");
    return { key, modifiedMs: Number(stat.mtimeMs) };
  } catch (error) {
    return { key: `failed ${toReason(error)}`, modifiedMs: 0, failure: toReason(error) };
  }
}

/** No file is an empty registry. */
function toMissing(path: string): Stamp {
  if (!isDanglingLink(path)) return { key: "missing", modifiedMs: 0, failure: null };
  return { key: "dangling", modifiedMs: 0, failure: "it is a link to a file that does not exist" };
}

function readContent(path: string, stamp: Stamp): Content {
  if (stamp.failure === null) return null;
  if (stamp.failure !== undefined) return { failure: stamp.failure };
  try {
    return { text: readTextFile(path) };
  } catch (error) {
    return { failure: toReason(error) };
  }
}

function toResult(content: Content, path: string): ParsedRegistry & { failure: string | null } {
  const none = { entries: new Map<string, RegistryEntry>(), problems: [], hints: [] };
  if (content === null) return { ...none, failure: null };
  if ("failure" in content) return { ...none, failure: toUnreadable(path, content.failure) };
  try {
    return { ...parseRegistry(content.text, toSource(path)), failure: null };
  } catch (error) {
    return { ...none, failure: toReason(error) };
  }
}

function toAliases(entries: ReadonlyMap<string, RegistryEntry>): Map<string, string> {
  const pairs = [...entries].flatMap(([name, entry]) =>
    listOtherNames(entry).map((alias): [string, string] => [alias, name]),
  );
  return new Map(pairs);
}
