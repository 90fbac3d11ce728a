import { runProgram, type Variables } from "../../src/linux/program.ts";

/** Runs a program and returns what it printed; throws when it fails. */
export async function must(command: string[], variables?: Variables): Promise<string> {
  const run = await runProgram(command, { variables, timeoutMs: 600_000 });
  if (run.reason !== null) throw new Error(`${command.slice(0, 4).join(" ")} …: ${run.reason}`);
  return run.stdout;
}
