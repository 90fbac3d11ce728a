import { UsageError } from "../../cli/action.ts";
import type { Asker } from "../../cli/convert/asker.ts";
import { exitCodes } from "../../cli/convert/exit-codes.ts";
import { createProgressLine, renderTime } from "../../cli/convert/progress.ts";
import { renderPlan, renderSkipped } from "../../cli/convert/render.ts";
import { renderBytes, toOneLine } from "../../cli/terminal.ts";
import type { ModelCheck } from "./check.ts";
import { bringConverter, type Converter, fetchRepo } from "./converter.ts";
import type { ConvertOptions, Report, ReportedModel } from "./options.ts";
import type { Planned } from "./plan.ts";
import { isExport } from "./plan.ts";
import { findSources, planSources } from "./prepare.ts";
import { judge, readResources } from "./resources.ts";
import { runPlanned, toLogPath } from "./run.ts";
import type { Scan } from "./scan.ts";
import { recover } from "./transaction.ts";

export interface Session {
  options: ConvertOptions;
  converter: Converter;
  check: ModelCheck;
  /** null: nobody can be asked. */
  asker: Asker | null;
  signal: AbortSignal;
  /** Where a person reads: the terminal beside the result. */
  write: (text: string) => void;
  /** Its columns; null: it is none. */
  width: number | null;
}

/** A whole run, from what an earlier one left to the last model. Resolves with what was done and the exit code. */
export async function runSession(session: Session): Promise<{ report: Report; code: number }> {
  const { options, write } = session;
  const report: Report = {
    recovered: options.dryRun ? [] : await recoverEarlier(session),
    models: [],
    skipped: [],
  };
  const scan = await look(session);
  report.skipped = scan.skipped.map(({ folder, reason }) => ({ folder, reason }));
  write(renderSkipped(scan.skipped));
  if (options.name !== null && scan.found.length !== 1) {
    throw new UsageError(
      `--name is for one model, and ${scan.found.length} were found. Choose one with --only.`,
    );
  }
  if (scan.found.length === 0) {
    write(`Nothing to convert in ${options.loaded.settings.modelSrc}.\n`);
    return { report, code: exitCodes.done };
  }
  const plan = planSources(scan, await askNames(session, scan), options);
  report.models = plan.map((planned) => toReported(planned, "planned"));
  const code = await decide(session, plan);
  if (code !== null) {
    if (code === exitCodes.refused) for (const model of report.models) model.state = "refused";
    return { report, code };
  }
  if (session.asker !== null) session.asker.close();
  if (plan.some(isExport)) await bringConverter(session.converter);
  report.models = await runAll(session, plan);
  return {
    report,
    code: report.models.every(({ error }) => error === null) ? exitCodes.done : exitCodes.failed,
  };
}

async function recoverEarlier({ options, write }: Session): Promise<string[]> {
  const { modelOut, registryPath } = options.loaded.settings;
  const { finished, removed } = await recover(modelOut, { registryPath });
  for (const { name, warning } of finished) {
    write(`Finished the conversion of "${name}", which an earlier run had left before its last steps.\n`);
    if (warning !== null) write(`Warning: ${toOneLine(warning)}.\n`);
  }
  if (removed.length > 0) write("Removed what an earlier run had left half done.\n");
  return finished.map(({ name }) => name);
}

async function look(session: Session): Promise<Scan> {
  const { options } = session;
  if (options.repo === null) return findSources(options, options.selection);
  return findSources(options, { ...options.selection, only: [await fetchRepo(options.repo, session)] });
}

/** All names first, in the order of the folders. */
async function askNames({ options, asker }: Session, { found }: Scan): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  for (const { folder, path } of found) {
    if (options.name !== null) names.set(path, options.name);
    else if (asker !== null) {
      names.set(path, await asker.ask(`Custom name for ${toOneLine(folder)}? Blank for empty:`));
    }
  }
  return names;
}

/** Shows the plan; the exit code when that was all, null to go on. */
async function decide(
  { options, asker, converter, write, width }: Session,
  plan: Planned[],
): Promise<number | null> {
  const { settings } = options.loaded;
  const resources = readResources(settings);
  const verdict = judge(plan, resources, renderBytes);
  const mustInstall = plan.some(isExport) && !(await converter.isReady());
  const { trustRemoteCode } = settings;
  write(`\n${renderPlan({ plan, verdict, resources, trustRemoteCode, mustInstall, width })}`);
  for (const refusal of verdict.refusals) write(`error: ${toOneLine(refusal)}\n`);
  if (verdict.refusals.length > 0) return exitCodes.refused;
  if (options.dryRun) return exitCodes.done;
  if (asker === null || (await asker.confirm("Go on?"))) return null;
  write("Nothing was changed.\n");
  return exitCodes.refused;
}

async function runAll(session: Session, plan: Planned[]): Promise<ReportedModel[]> {
  const done: ReportedModel[] = [];
  for (const [index, planned] of plan.entries()) {
    const failedBefore = done.some(({ error }) => error !== null);
    if (failedBefore && !session.options.keepGoing) done.push(toReported(planned, "not started"));
    else done.push(await runOne(session, planned, `[${index + 1}/${plan.length}] ${planned.name}`));
  }
  return done;
}

async function runOne(session: Session, planned: Planned, label: string): Promise<ReportedModel> {
  const { options, converter, check, signal, write, width } = session;
  const { settings, variables } = options.loaded;
  const progress = createProgressLine({ write, width });
  const begun = performance.now();
  const seconds = () => Math.round((performance.now() - begun) / 100) / 10;
  if (isExport(planned)) progress.say(`${label}: its log: ${toLogPath(settings.modelOut, planned.name)}`);
  try {
    const outcome = await runPlanned(planned, {
      ...settings,
      variables,
      exporter: converter.command,
      overwrite: options.overwrite,
      check(...of) {
        progress.show(label, {
          stage: "trying it in the engine",
          percent: null,
          seconds: seconds(),
          memory: 0,
        });
        return check.check(...of);
      },
      signal,
      now: () => new Date(),
      onProgress: (state) => progress.show(label, state),
      onNote: (note) => progress.say(`${label}: ${note}`),
    });
    const verb = isExport(planned) ? "converted" : "registered";
    progress.say(`${label}: ${verb} as "${outcome.name}" in ${renderTime(seconds())}: ${outcome.path}`);
    if (outcome.warning !== null) progress.say(`Warning: ${outcome.warning}.`);
    const { name, path, originalPath } = outcome;
    return { ...toReported(planned, verb), name, path, original_path: originalPath, seconds: seconds() };
  } catch (error) {
    progress.say(`${label}: stopped after ${renderTime(seconds())}`);
    signal.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    write(`error: ${toOneLine(reason)}\n`);
    return { ...toReported(planned, "failed"), seconds: seconds(), error: reason };
  }
}

function toReported(planned: Planned, state: ReportedModel["state"]): ReportedModel {
  return {
    folder: planned.source.folder,
    name: planned.name,
    state,
    task: planned.task,
    weight_format: planned.weightFormat,
    path: planned.path,
    original_path: null,
    seconds: null,
    error: null,
  };
}
