import { existsSync, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { runProgram, type Variables } from "../linux/program.ts";

/** What messages call one Python environment. */
export interface PythonEnvLabels {
  /** Its purpose, as in "Cannot set up …": `the engine`. */
  what: string;
  /** The command that sets it up: `ov-llm setup`. */
  command: string;
  /** The setting that holds its folder. */
  setting: `OV_${string}`;
}

/** What state a Python environment is in; `Facts` is what its probe prints. */
export type PythonEnvProbe<Facts extends object> =
  | ({ state: "ready" } & Facts)
  | { state: "missing" }
  | { state: "broken"; reason: string };

export interface ProbeOptions {
  /** For the Python process; absent: those of this process. */
  variables?: Variables | undefined;
  /** Time limit, in milliseconds. */
  timeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** The interpreter of an environment: the one program of it that still works after a move. */
export function toPython(pythonEnv: string): string {
  return join(pythonEnv, "bin", "python");
}

/**
 * Runs `script` with the environment's Python and reads its facts from the last line, which must be JSON. A broken
 * environment is an answer, not an error.
 */
export async function probePythonEnv<Facts extends object>(
  pythonEnv: string,
  script: string,
  isFacts: (value: unknown) => value is Facts,
  options: ProbeOptions = {},
): Promise<PythonEnvProbe<Facts>> {
  if (isMissing(pythonEnv)) return { state: "missing" };
  const python = toPython(pythonEnv);
  if (!existsSync(python)) return { state: "broken", reason: `${python} does not exist or leads nowhere` };
  const timeoutMs = options.timeoutMs ?? 60_000;
  const run = await runProgram([python, "-I", "-c", script], { ...options, timeoutMs });
  // Native libraries may print before the line that counts.
  const facts = parseJson(run.stdout.trimEnd().split("\n").at(-1) ?? "");
  if (isFacts(facts)) return { state: "ready", ...facts };
  return { state: "broken", reason: run.reason ?? `${python} printed no versions` };
}

/** An absent or empty folder holds no environment; a symlink that leads nowhere is not absent. */
function isMissing(pythonEnv: string): boolean {
  const entry = lstatSync(pythonEnv, { throwIfNoEntry: false });
  if (entry === undefined) return true;
  return entry.isDirectory() && readdirSync(pythonEnv).length === 0;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
