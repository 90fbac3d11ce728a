import { Value } from "@sinclair/typebox/value";
import type { LoadedSettings } from "../../config/load.ts";
import { OvError } from "../../errors.ts";
import { measureWriting, plainText } from "../../library/speed.ts";
import { createTrialLoader } from "../../library/trial.ts";
import { readMachineMemory } from "../../linux/memory.ts";
import { runProgram } from "../../linux/program.ts";
import type { Log } from "../../log.ts";
import type { Quality } from "../../models/manifest.ts";
import { mainOperation } from "../../models/tasks.ts";
import { toPackages } from "../environment/other-transformers.ts";
import { toConverterVariables } from "../environment/variables.ts";
import type { PlannedExport } from "../plan/plan.ts";
import { Printed, toQualityCommand } from "./quality-script.ts";

export interface QualityMeter {
  /** Of the model at the path. Throws an OvError when it cannot be measured. */
  measure(planned: PlannedExport, path: string, trustRemoteCode: boolean): Promise<Quality>;
}

const newTokens = 64;
/** An original of some gigabytes takes minutes for a text of a page. */
const timeoutMs = 3_600_000;

/** In the converter's environment, which has the original's code, and on the engine, for the speed. */
export function createQualityMeter(loaded: LoadedSettings, log: Log, signal: AbortSignal): QualityMeter {
  return {
    async measure(planned, path, trustRemoteCode) {
      if (!writesText(planned.task)) throw failed("only models that write text from text are compared");
      const tokensPerSecond = await measureSpeed(loaded, planned, path, log, signal);
      const inFloat32 = 6 * planned.source.parameters < readMachineMemory().available;
      const compared = { source: planned.source.path, target: path, trustRemoteCode, inFloat32 };
      const { settings } = loaded;
      const variables = toConverterVariables(loaded.variables);
      const packages = toPackages(settings.convertEnv, planned.source.transformers);
      const command = toQualityCommand(settings.convertEnv, compared, packages);
      const { stdout, reason } = await runProgram(command, { variables, signal, timeoutMs });
      signal.throwIfAborted();
      if (reason !== null) throw failed(reason);
      return { ...readPrinted(stdout), tokens_per_second: tokensPerSecond };
    },
  };
}

/** A model that sees is exported in other parts. */
function writesText(task: string): boolean {
  return mainOperation(task) === "generate" && /^text-generation/.test(task);
}

async function measureSpeed(
  loaded: LoadedSettings,
  { name, task, weightFormat }: PlannedExport,
  path: string,
  log: Log,
  signal: AbortSignal,
): Promise<number> {
  const loader = createTrialLoader(loaded, log);
  try {
    const host = await loader.load(name, { path, task, weight_format: weightFormat }, signal);
    try {
      const writing = { prompt: plainText, tokens: newTokens };
      const clock = () => performance.now();
      // The first answer compiles what the load did not.
      await measureWriting(host, { ...writing, tokens: 4 }, signal, clock);
      return (await measureWriting(host, writing, signal, clock)).tokens_per_second;
    } finally {
      await host.close();
    }
  } finally {
    loader.dispose();
  }
}

function readPrinted(stdout: string): Printed {
  const last = stdout.trimEnd().split("\n").at(-1) ?? "";
  try {
    const printed: unknown = JSON.parse(last);
    if (Value.Check(Printed, printed)) return printed;
  } catch {}
  throw failed(`the comparison printed ${JSON.stringify(last.slice(0, 80))}`);
}

function failed(why: string): OvError {
  return new OvError("conversion_failed", { what: "Its quality was not measured", why });
}
