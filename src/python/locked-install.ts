import { OvError } from "../errors.ts";
import { type Run, runProgram, type Variables } from "../linux/program.ts";
import { type InstallProgram, toInstallCommand } from "./find.ts";
import { createMismatchReader, type HashMismatch } from "./hash-mismatch.ts";
import { type Lock, writeLock } from "./lock.ts";

export interface LockedInstallOptions {
  program: InstallProgram;
  /** The interpreter of the environment. */
  python: string;
  /** Further words for pip or uv. */
  options?: readonly string[];
  /** A folder for the lock file, which is left there. */
  scrapDir: string;
  /** What fails when a file is not the locked one: "Cannot set up the engine". */
  what: string;
  /** The command to try again with. */
  command: string;
  variables?: Variables | undefined;
  signal?: AbortSignal | undefined;
  onLine?: (line: string) => void;
}

/**
 * Installs what the lock names, each file checked by its sha256, and reports how that went. Throws `setup_failed` at a
 * file that is not the locked one: then nothing is installed, and another way to get it is no answer.
 */
export async function installLocked(lock: Lock, options: LockedInstallOptions): Promise<Run> {
  const { program, python, variables, signal } = options;
  const mismatch = createMismatchReader();
  const onLine = (line: string) => {
    mismatch.see(line);
    options.onLine?.(line);
  };
  const command = toInstallCommand(program, python, writeLock(options.scrapDir, lock), options.options);
  const run = await runProgram(command, { variables, signal, onLine });
  const found = run.reason === null ? null : mismatch.found();
  if (found !== null) throw refuse(found, options);
  return run;
}

function refuse(
  { requirement, sha256 }: HashMismatch,
  { what, command, program }: LockedInstallOptions,
): OvError {
  const file = requirement === undefined ? "a package" : requirement;
  const digest = sha256 === undefined ? "its sha256" : `its sha256, ${sha256},`;
  const clean =
    program.kind === "pip"
      ? "empty its cache (`pip cache purge`) and check the index and the folders that it uses (`pip config list`)"
      : "empty its cache (`uv cache clean`) and check the index that it uses";
  return new OvError("setup_failed", {
    what,
    why: `the file that ${program.kind} fetched for ${file} is not the one that ov-llm was made with: ${digest} is not in the lock file`,
    next: `It was not installed. It may be damaged, or somebody may have replaced it: ${clean}, then run \`${command}\` again.`,
  });
}
