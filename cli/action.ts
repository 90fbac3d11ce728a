import type { ArgsDef, CommandContext } from "citty";
import { loadSettings } from "../src/config/load.ts";
import { OvError, toReason } from "../src/errors.ts";
import { writeError } from "./terminal.ts";

/** The command line itself is wrong: an unknown command or flag, a value that is missing. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/**
 * Wraps a command's `run`, which resolves to the exit code. An error becomes one line on stderr and its exit
 * code: citty would print the stack of every error that is not its own.
 */
export function action<Args extends ArgsDef>(run: (context: CommandContext<Args>) => Promise<number>) {
  return async (context: CommandContext<Args>): Promise<number> => {
    try {
      return await run(context);
    } catch (error) {
      return reportError(error);
    }
  };
}

/** Prints the error and gives the exit code: 2 for a wrong command line or setting, else 1. */
export function reportError(error: unknown): number {
  if (error instanceof OvError || error instanceof UsageError) {
    writeError(error.message);
    return error instanceof UsageError || error.code === "invalid_setting" ? 2 : 1;
  }
  writeError(`ov-llm failed unexpectedly: ${toReason(error)} (OV_LOG_LEVEL=debug shows where)`);
  if (isDebug() && error instanceof Error && error.stack !== undefined)
    process.stderr.write(`${error.stack}\n`);
  return 1;
}

function isDebug(): boolean {
  try {
    return loadSettings().settings.logLevel === "debug";
  } catch {
    return false;
  }
}
