import { accessSync, constants, mkdirSync, renameSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { OvError, toReason } from "../errors.ts";
import { readTextFile, tryStat } from "../files.ts";
import { writeAtomically } from "../linux/atomic-file.ts";
import { withFileLock } from "../linux/file-lock.ts";
import { Tuning } from "../tuning.ts";

const Contents = Type.Object({
  version: Type.Literal(1),
  models: Type.Array(Tuning),
});

/** One takes a few kilobytes. */
const most = 100;
const mode = 0o600;
const waitMs = 5000;

/**
 * The last result of each model, the newest first; one that is kept again replaces what there was of its model. A file that
 * cannot be read, as of a newer version, is kept aside: `report` gets why and where.
 */
export async function keepTuning(
  path: string,
  tuning: Tuning,
  report: (problem: string) => void,
): Promise<void> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  await withFileLock(
    `${path}.lock`,
    () => {
      const setAside = (problem: string) => {
        const aside = `${path}.unreadable`;
        renameSync(path, aside);
        report(`${problem}. It is kept as ${JSON.stringify(aside)}.`);
      };
      const others = readTunings(path, setAside).filter(({ model }) => model !== tuning.model);
      const contents: Static<typeof Contents> = { version: 1, models: [tuning, ...others].slice(0, most) };
      writeAtomically(path, `${JSON.stringify(contents)}\n`, mode);
    },
    { waitMs, locked: () => new OvError("registry_locked", `Another process holds ${path}.lock.`) },
  );
}

/**
 * Runs `work` while no other tune of this user measures: two slow each other down. Throws `queue_timeout` when one does. `path`:
 * that of the results; if nothing can be written beside it, there is no lock.
 */
export async function withTuneLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  if (!canWrite(dirname(path))) return await work();
  const locked = () =>
    new OvError("queue_timeout", {
      what: "Another ov-llm tune is measuring",
      why: "measurements at the same time would mean nothing",
      next: "Wait until it ends, or stop it.",
    });
  return await withFileLock(`${path}.measuring`, work, { waitMs: 0, locked, removes: true });
}

/** Makes the folder if necessary. */
function canWrite(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** A file that cannot be read or understood holds none; `report` gets why, unless it does not exist. */
export function readTunings(path: string, report: (problem: string) => void): Tuning[] {
  try {
    if (statSync(path, { throwIfNoEntry: false }) === undefined) return [];
    return Value.Decode(Contents, JSON.parse(readTextFile(path))).models;
  } catch (error) {
    report(`Cannot read what was tuned in ${JSON.stringify(path)}: ${toReason(error)}`);
    return [];
  }
}

/** The same, for who asks often: the file is read again only when it has changed, and a problem is reported once for each change. */
export function createTuningsReader(path: string, report: (problem: string) => void): () => Tuning[] {
  let known: { stamp: string; tunings: Tuning[] } | null = null;
  return () => {
    const stat = tryStat(path);
    const stamp = stat === null ? "" : `${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`;
    if (known?.stamp !== stamp) known = { stamp, tunings: readTunings(path, report) };
    return known.tunings;
  };
}
