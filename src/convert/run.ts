import { rmSync } from "node:fs";
import { join } from "node:path";
import { type ErrorFacts, OvError, toReason } from "../errors.ts";
import { isDiskFull } from "../files.ts";
import type { Variables } from "../linux/program.ts";
import { toSafeName } from "../models/dense.ts";
import type { Made, Manifest, Quality } from "../models/manifest.ts";
import { mainOperation } from "../models/tasks.ts";
import { runCommand } from "./environment/command.ts";
import type { Converter } from "./environment/converter.ts";
import { listPickledLayers } from "./environment/safe-weights.ts";
import { lacksTokenizer } from "./environment/tokenizer.ts";
import { toExportArgs } from "./exporter/args.ts";
import { createLoadReport, renderLost } from "./exporter/load-report.ts";
import { type ExportProgress, runExporter } from "./exporter/optimum.ts";
import { explainFailure, type FailedRun, findChannelSize } from "./exporter/output.ts";
import { type Int4Choice, refit } from "./plan/int4.ts";
import { isExport, type Planned, type PlannedEntry, type PlannedExport } from "./plan/plan.ts";
import { keepFiles } from "./result/keep-files.ts";
import { toPlaces } from "./transaction/places.ts";
import { registerModel } from "./transaction/register.ts";
import { convertFolder, type Outcome, type TransactionOptions } from "./transaction/transaction.ts";

export interface RunOptions
  extends TransactionOptions,
    Pick<Converter, "toTokenizerCommand" | "toSafeWeightsCommand"> {
  /** The command of `optimum-cli`. */
  exporter: string[];
  variables: Variables;
  trustRemoteCode: boolean;
  overwrite: boolean;
  modelOut: string;
  /** Throws if the model at the path does not work. Returns its quality; null: not requested. */
  check: (path: string) => Promise<Quality | null>;
  signal: AbortSignal;
  now: () => Date;
  onProgress: (progress: ExportProgress) => void;
  /** The export starts again, with other arguments. */
  onRetry: (note: string) => void;
}

/** Where the exporter's output for a model is written. */
export function toLogPath(modelOut: string, name: string): string {
  return join(modelOut, ".logs", `${name}.log`);
}

/** Carries out the plan for one model. Throws an OvError; originals and registry are then unchanged. */
export async function runPlanned(planned: Planned, options: RunOptions): Promise<Outcome> {
  options.signal.throwIfAborted();
  if (!isExport(planned)) return await registerReady(planned, options);
  try {
    const { overwrite } = options;
    let int4 = planned.int4;
    const work = {
      async exportInto(folder: string) {
        int4 = await exportInto(folder, planned, options);
        keepFiles(planned.source.path, folder);
        if (mainOperation(planned.task) === "embed") await addLayers(planned, folder, options);
        if (lacksTokenizer(folder, planned.task)) await addTokenizer(planned, folder, options);
      },
      async check(folder: string): Promise<Made> {
        const quality = await options.check(folder);
        return { ...toInt4Facts(int4), ...(quality && { quality }) };
      },
    };
    return await convertFolder(toManifest(planned, options.now()), overwrite, work, options);
  } catch (error) {
    options.signal.throwIfAborted();
    if (error instanceof OvError) throw error;
    const next = isDiskFull(error) ? { next: "Make room on the disk, then convert again." } : {};
    throw failed(planned, { why: toReason(error), ...next }, error);
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

function toInt4Facts(choice: Int4Choice | null): Pick<Made, "int4"> {
  if (!choice?.scheme) return {};
  const { groupSize, symmetric, ratio } = choice.scheme;
  return { int4: { group_size: groupSize, symmetric, ratio } };
}

/** The exporter leaves out a tokenizer that it cannot convert, and succeeds. */
async function addTokenizer(planned: Planned, target: string, options: RunOptions): Promise<void> {
  const { trustRemoteCode } = options;
  const command = options.toTokenizerCommand({ source: planned.source.path, target, trustRemoteCode });
  const reason = await runCommand(command, options);
  if (reason === null) return;
  const next = "Fetch its tokenizer files again, or a ready OpenVINO model of it.";
  throw failed(planned, { why: `its tokenizer cannot be converted: ${reason}`, next });
}

/** The exporter leaves out what stands behind the pooling. */
async function addLayers(planned: PlannedExport, target: string, options: RunOptions): Promise<void> {
  const { path } = planned.source;
  for (const weights of listPickledLayers(path)) {
    const command = options.toSafeWeightsCommand(join(path, weights), join(target, toSafeName(weights)));
    const reason = await runCommand(command, options);
    if (reason === null) continue;
    throw failed(planned, {
      why: `its ${weights} cannot be read: ${reason}`,
      next: "Fetch the model again.",
    });
  }
}

async function registerReady(planned: PlannedEntry, options: RunOptions): Promise<Outcome> {
  if (planned.source.needsTokenizer) await addTokenizer(planned, planned.path, options);
  await options.check(planned.path);
  const { name, path, task, weightFormat } = planned;
  const entry = { name, converted_path: path, task, weight_format: weightFormat };
  const registered = await registerModel(options.registryPath, entry, options.overwrite);
  return { name: registered, path, originalPath: path, made: {}, warning: null };
}

/**
 * If config.json lacks the width that int4's groups must divide, the exporter's error names it, and the export is tried again.
 * Resolves to the choice that was carried out.
 */
async function exportInto(
  folder: string,
  planned: PlannedExport,
  options: RunOptions,
): Promise<Int4Choice | null> {
  const { int4, source } = planned;
  const run = await exportOnce(folder, planned, int4, options);
  if (run === null) return int4;
  const width = findChannelSize(run.lines);
  const next = width === null || int4 === null ? null : refit(int4, [...source.widths, width]);
  if (next === null) throw toError(planned, run, options);
  rmSync(folder, { recursive: true, force: true });
  options.onRetry(next.note);
  const second = await exportOnce(folder, planned, next, options);
  if (second !== null) throw toError(planned, second, options);
  return next;
}

async function exportOnce(
  folder: string,
  planned: PlannedExport,
  int4: Int4Choice | null,
  options: RunOptions,
): Promise<FailedRun | null> {
  const { source, weightFormat } = planned;
  const { path: model, exportTask: task } = source;
  const { trustRemoteCode } = options;
  const scheme = int4?.scheme ?? null;
  const request = { model, output: folder, task, weightFormat, int4: scheme, trustRemoteCode };
  const loading = createLoadReport(task);
  const run = await runExporter({
    ...options,
    onLine: loading.see,
    command: [...options.exporter, ...toExportArgs(request)],
    logPath: toLogPath(options.modelOut, planned.name),
    notePath: toPlaces(planned.path).exporter,
  });
  const lost = loading.lost();
  if (run === null && lost.length > 0) throw incomplete(planned, lost, options);
  return run;
}

function incomplete(planned: PlannedExport, lost: string[], options: RunOptions): OvError {
  const why = `its weight files lack tensors, or hold others than its config.json describes: ${renderLost(lost)}`;
  const next = `Fetch the model again. The exporter's full output: ${toLogPath(options.modelOut, planned.name)}.`;
  return failed(planned, { why, next });
}

function toError(planned: PlannedExport, run: FailedRun, options: RunOptions): OvError {
  const { line, remedy } = explainFailure(run);
  const log = `Its full output: ${toLogPath(options.modelOut, planned.name)}.`;
  return failed(planned, { why: line, next: remedy === null ? log : `${remedy} ${log}` });
}

function failed(planned: Planned, because: Omit<ErrorFacts, "what">, cause?: unknown): OvError {
  const what = `Cannot convert ${JSON.stringify(planned.source.folder)}`;
  return new OvError("conversion_failed", { what, ...because }, { cause });
}
