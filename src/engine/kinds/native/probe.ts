import { Value } from "@sinclair/typebox/value";
import { NativeFacts } from "../../../hosts/native/load-addon.ts";
import { runProgram, type Variables } from "../../../linux/program.ts";
import type { PythonEnvProbe } from "../../../python/probe.ts";
import { createNativeLauncher } from "./launch.ts";

export type NativeProbe = PythonEnvProbe<NativeFacts>;

export interface NativeProbeOptions {
  variables: Variables;
  /** Longest time for the probe, in milliseconds. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

/**
 * What the addon in `dir` says of itself, asked in a child process: an addon that does not fit its libraries crashes.
 * A broken addon is an answer, not an error. `dir` is what `findAddon` found.
 */
export async function probeNative(dir: string | null, options: NativeProbeOptions): Promise<NativeProbe> {
  if (dir === null) return { state: "missing" };
  const { argv, env } = createNativeLauncher(dir, options.variables);
  const { timeoutMs = 60_000, signal } = options;
  const run = await runProgram([...argv, "--probe"], { variables: env, timeoutMs, signal });
  // Native libraries may print before the line that counts.
  const facts = parseJson(run.stdout.trimEnd().split("\n").at(-1) ?? "");
  if (Value.Check(NativeFacts, facts)) return { state: "ready", ...facts };
  return { state: "broken", reason: (run.reason ?? "it printed no versions").replace(/^error: /, "") };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
