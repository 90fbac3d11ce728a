import { Value } from "@sinclair/typebox/value";
import { type ErrorFacts, toClause } from "../../../errors.ts";
import { runProgram, type Variables } from "../../../linux/program.ts";
import { NativeAnswer, type NativeFacts } from "../../../protocol/native-facts.ts";
import { createNativeLauncher } from "./launch.ts";

/** `reason`: why the addon cannot be used, without a full stop; `next`: what its host advises, as whole sentences. */
export type NativeProbe =
  | ({ state: "ready" } & NativeFacts)
  | { state: "missing" }
  | { state: "broken"; reason: string; next?: string };

export interface NativeProbeOptions {
  variables: Variables;
  /** Longest time for the probe, in milliseconds. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

/**
 * What the addon in `dir` reports about itself, from a child process: an addon that does not match its libraries crashes.
 * A broken addon is a result, not an error. `dir` comes from `findAddon`.
 */
export async function probeNative(dir: string | null, options: NativeProbeOptions): Promise<NativeProbe> {
  if (dir === null) return { state: "missing" };
  const { argv, env } = createNativeLauncher(dir, options.variables);
  const { timeoutMs = 60_000, signal } = options;
  const run = await runProgram([...argv, "--probe"], { variables: env, timeoutMs, signal });
  // Native libraries may print before the line that counts.
  const answer = parseJson(run.stdout.trimEnd().split("\n").at(-1) ?? "");
  if (!Value.Check(NativeAnswer, answer)) {
    return { state: "broken", reason: run.reason ?? "it printed no versions" };
  }
  return "problem" in answer ? toBroken(answer.problem) : { state: "ready", ...answer };
}

function toBroken(problem: ErrorFacts): NativeProbe {
  const { next } = problem;
  return { state: "broken", reason: toClause(problem), ...(next !== undefined && { next }) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
