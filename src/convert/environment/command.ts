import { runProgram, type Variables } from "../../linux/program.ts";

/**
 * Runs a short program of the converter's environment. Returns why it failed, as a clause; null: it did not. Throws the
 * signal's reason.
 */
export async function runCommand(
  command: string[],
  options: { variables: Variables; signal: AbortSignal },
): Promise<string | null> {
  const { reason } = await runProgram(command, { ...options, timeoutMs: 600_000 });
  options.signal.throwIfAborted();
  return reason;
}
