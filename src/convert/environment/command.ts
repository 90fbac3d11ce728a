import { runProgram, type Variables } from "../../linux/program.ts";
import { toConverterVariables } from "./variables.ts";

/**
 * Runs a short program of the converter's environment. Returns why it failed, as a clause; null: it succeeded. Throws the
 * signal's reason.
 */
export async function runCommand(
  command: string[],
  { variables, signal }: { variables: Variables; signal: AbortSignal },
): Promise<string | null> {
  const env = toConverterVariables(variables);
  const { reason } = await runProgram(command, { variables: env, signal, timeoutMs: 600_000 });
  signal.throwIfAborted();
  return reason;
}
