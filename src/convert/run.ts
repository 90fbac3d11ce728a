import { rmSync } from "node:fs";
import { join } from "node:path";
import { OvError } from "../errors.ts";
import type { Variables } from "../linux/program.ts";
import type { Manifest } from "../models/manifest.ts";
import { explainFailure, type FailedRun, findChannelSize } from "./failure.ts";
import { type ExportProgress, runExporter } from "./optimum.ts";
import { describeGroupSize, toExportArgs, toGroupSize } from "./optimum-args.ts";
import { toPlaces } from "./places.ts";
import { isExport, type Planned, type PlannedExport } from "./plan.ts";
import { registerModel } from "./register.ts";
import { convertFolder, type Outcome, type Step } from "./transaction.ts";

export interface RunOptions {
  /** The command of `optimum-cli`. */
  exporter: string[];
  variables: Variables;
  trustRemoteCode: boolean;
  overwrite: boolean;
  modelOut: string;
  registryPath: string;
  /** Throws when what lies there is no model that works. */
  check: (planned: Planned, path: string) => Promise<void>;
  signal: AbortSignal;
  now: () => Date;
  onProgress: (progress: ExportProgress) => void;
  onNote: (note: string) => void;
  onStep?: (step: Step) => void;
}

/** Where the exporter's output for a model is written. */
export function toLogPath(modelOut: string, name: string): string {
  return join(modelOut, ".logs", `${name}.log`);
}

/** Does what was planned for one model. Throws an OvError, with originals and registry as they were. */
export async function runPlanned(planned: Planned, options: RunOptions): Promise<Outcome> {
  options.signal.throwIfAborted();
  if (!isExport(planned)) return await registerReady(planned, options);
  try {
    const { overwrite } = options;
    const work = {
      exportInto: (folder: string) => exportInto(folder, planned, options),
      check: (folder: string) => options.check(planned, folder),
    };
    return await convertFolder(toManifest(planned, options.now()), overwrite, work, options);
  } catch (error) {
    options.signal.throwIfAborted();
    if (error instanceof OvError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const advice = /ENOSPC|EDQUOT|EFBIG/.test(reason) ? " Make room on the disk, then convert again." : "";
    throw failed(planned, `${reason}.${advice}`, error);
  }
}

function toManifest(planned: PlannedExport, now: Date): Manifest {
  return {
    name: planned.name,
    source_path: planned.source.path,
    original_path: planned.originalPath,
    converted_path: planned.path,
    task: planned.task,
    weight_format: planned.weightFormat,
    converted_at: now.toISOString(),
  };
}

async function registerReady(planned: Planned, options: RunOptions): Promise<Outcome> {
  await options.check(planned, planned.path);
  const { name, path, task, weightFormat } = planned;
  const entry = { name, converted_path: path, task, weight_format: weightFormat };
  const registered = await registerModel(options.registryPath, entry, options.overwrite);
  return { name: registered, path, originalPath: path, warning: null };
}

/** Where the width that int4's groups must divide was not in config.json, the exporter's error names it: one more try. */
async function exportInto(folder: string, planned: PlannedExport, options: RunOptions): Promise<void> {
  const run = await exportOnce(folder, planned, planned.groupSize, options);
  if (run === null) return;
  const width = findChannelSize(run.lines);
  if (width === null || planned.weightFormat !== "int4") throw toError(planned, run, options);
  const widths = [...planned.source.widths, width];
  const groupSize = toGroupSize("int4", widths);
  if (groupSize === null || groupSize === planned.groupSize) throw toError(planned, run, options);
  rmSync(folder, { recursive: true, force: true });
  options.onNote(`Trying again: ${describeGroupSize(groupSize, widths)}`);
  const second = await exportOnce(folder, planned, groupSize, options);
  if (second !== null) throw toError(planned, second, options);
}

function exportOnce(folder: string, planned: PlannedExport, groupSize: number | null, options: RunOptions) {
  const { source, task, weightFormat } = planned;
  const { trustRemoteCode } = options;
  const request = { model: source.path, output: folder, task, weightFormat, groupSize, trustRemoteCode };
  return runExporter({
    ...options,
    command: [...options.exporter, ...toExportArgs(request)],
    logPath: toLogPath(options.modelOut, planned.name),
    notePath: toPlaces(planned.path).exporter,
  });
}

function toError(planned: PlannedExport, run: FailedRun, options: RunOptions): OvError {
  const { line, remedy } = explainFailure(run);
  const log = `Its whole output: ${toLogPath(options.modelOut, planned.name)}.`;
  const end = /[.!?]$/.test(line) ? "" : ".";
  return failed(planned, `${line}${end} ${remedy === null ? log : `${remedy} ${log}`}`);
}

function failed(planned: Planned, reason: string, cause?: unknown): OvError {
  const what = `Cannot convert ${JSON.stringify(planned.source.folder)}`;
  return new OvError("conversion_failed", `${what}: ${reason}`, { cause });
}
