import { existsSync, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { runProgram, type Variables } from "../linux/program.ts";

/** What state a Python environment is in; `Facts` is what its probe prints. */
export type EnvironmentProbe<Facts extends object> =
  | ({ state: "ready" } & Facts)
  | { state: "missing" }
  | { state: "broken"; reason: string };

export interface ProbeOptions {
  /** Variables for the Python process; absent: this process's own. */
  variables?: Variables | undefined;
  /** Longest time for the probe, in milliseconds. */
  timeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** The one program of an environment that is ever started: unlike the scripts beside it, it works after a move. */
export function environmentPython(environmentDir: string): string {
  return join(environmentDir, "bin", "python");
}

/**
 * Runs `script` with the environment's Python and takes the last line it prints, which is JSON, for its
 * facts. A broken environment is an answer, not an error.
 */
export async function probeEnvironment<Facts extends object>(
  environmentDir: string,
  script: string,
  isFacts: (value: unknown) => value is Facts,
  options: ProbeOptions = {},
): Promise<EnvironmentProbe<Facts>> {
  if (isMissing(environmentDir)) return { state: "missing" };
  const python = environmentPython(environmentDir);
  if (!existsSync(python)) return { state: "broken", reason: `${python} is not there or leads nowhere` };
  const timeoutMs = options.timeoutMs ?? 60_000;
  const run = await runProgram([python, "-I", "-c", script], { ...options, timeoutMs });
  // Native libraries may print before the line that counts.
  const facts = parseJson(run.stdout.trimEnd().split("\n").at(-1) ?? "");
  if (isFacts(facts)) return { state: "ready", ...facts };
  return { state: "broken", reason: run.reason ?? `${python} printed no versions` };
}

/** A folder that is absent or empty holds no environment; a symlink that leads nowhere is not absent. */
function isMissing(environmentDir: string): boolean {
  const entry = lstatSync(environmentDir, { throwIfNoEntry: false });
  if (entry === undefined) return true;
  return entry.isDirectory() && readdirSync(environmentDir).length === 0;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
