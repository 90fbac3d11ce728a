import { basename } from "node:path";
import { OvError, toOvError, toReason } from "../errors.ts";
import type { Quality } from "../models/manifest.ts";
import { askConsent, type Consent } from "./consent.ts";
import type { ConvertReport, ModelOfRun, PlanView, ReportedModel } from "./events.ts";
import { type Fetched, fetchSource, type Present } from "./fetch.ts";
import { toTrusted } from "./journal.ts";
import type { Session } from "./options.ts";
import { isExport, needsConverter, type Planned, type PlannedExport } from "./plan.ts";
import { readRegistry, requireServedTask, requireWritable, withConvertLock } from "./prepare.ts";
import { judge, readResources } from "./resources.ts";
import { runPlanned, toLogPath } from "./run.ts";
import type { Scan } from "./scan.ts";
import { addShortName } from "./short-name.ts";
import { findSources, planSources, type SourceOptions } from "./sources.ts";
import { recover } from "./transaction.ts";
import type { OtherTransformers } from "./windows.ts";

/** `refused`: nothing was started, for want of disk or memory, or because whoever was asked said no. */
export type SessionEnd = "done" | "failed" | "refused";

export interface SessionResult {
  report: ConvertReport;
  end: SessionEnd;
}

/**
 * A whole run, from what an earlier one left to the last model. Throws an OvError when it cannot start, and the
 * signal's reason when it aborts: finished models are kept, the others are unchanged.
 */
export async function runSession(session: Session): Promise<SessionResult> {
  const { settings } = session.options.loaded;
  requireServedTask(settings);
  readRegistry(settings);
  if (session.options.dryRun) return await planAndRun(session, []);
  requireWritable(settings, session.options.copy);
  return await withConvertLock(settings.modelOut, async () =>
    planAndRun(session, await recoverEarlier(session)),
  );
}

async function recoverEarlier({ options, report, signal }: Session): Promise<string[]> {
  const { modelOut, registryPath } = options.loaded.settings;
  const trusted = toTrusted(options.loaded.settings);
  const { finished, removed, doubted } = await recover(modelOut, { registryPath, trusted, signal });
  for (const one of doubted) report({ type: "doubted", ...one });
  for (const { name, warning } of finished) report({ type: "recovered", name, warning });
  if (removed.length > 0) report({ type: "cleaned", folders: removed });
  return finished.map(({ name }) => name);
}

async function planAndRun(session: Session, recovered: string[]): Promise<SessionResult> {
  const { deps, options, report, signal } = session;
  const fetched = options.wanted === null ? null : await fetchSource(options.wanted, session);
  if (fetched?.state === "present") {
    const { repo, name, path, weightFormat } = fetched;
    await addShortName(options, name);
    report({ type: "present", repo, name, path, weightFormat });
    return { report: { recovered, models: [toPresent(fetched)], skipped: [] }, end: "done" };
  }
  const scan = await scanOnce(session, fetched);
  const skipped = scan.skipped.map(({ folder, reason }) => ({ folder, reason }));
  const toResult = (models: ReportedModel[], end: SessionEnd) => ({
    report: { recovered, models, skipped },
    end,
  });
  if (scan.found.length === 0) return toResult([], "done");
  const plan = planSources(scan, await askNames(session, scan), toSourceOptions(session));
  const mustInstall = plan.some(needsConverter) && !(await deps.converter.isReady());
  const { decision, consent } = await decide(session, plan, mustInstall);
  if (decision !== "run" || consent === null) {
    const state = decision === "done" ? "planned" : "refused";
    return toResult(
      plan.map((planned) => toReported(planned, state, consent?.refused.get(planned))),
      decision === "done" ? "done" : "refused",
    );
  }
  const onProgress = (line: string) => report({ type: "installing", line });
  if (mustInstall) await deps.converter.install(signal, onProgress);
  for (const version of toOtherTransformers(plan)) {
    await deps.converter.installOther(version, signal, onProgress);
  }
  const models = await runAll(session, plan, consent);
  return toResult(models, models.some(({ error }) => error !== null) ? "failed" : "done");
}

function toOtherTransformers(plan: readonly Planned[]): Set<OtherTransformers> {
  return new Set(plan.filter(isExport).flatMap(({ source }) => source.transformers ?? []));
}

function toSourceOptions({ options: { loaded, overwrite, copy, int4 } }: Session): SourceOptions {
  return { settings: loaded.settings, overwrite, copy, int4 };
}

async function scanOnce(
  session: Session,
  fetched: Extract<Fetched, { state: "fetched" }> | null,
): Promise<Scan> {
  const { options, report } = session;
  const { name } = options;
  const only = fetched === null ? options.selection.only : [fetched.entry];
  const scan = await findSources(toSourceOptions(session), { ...options.selection, only });
  report({ type: "scanned", modelSrc: options.loaded.settings.modelSrc, ...scan });
  if (name === null || scan.found.length === 1) return scan;
  const what = `--name is for one model, and ${scan.found.length} were found`;
  throw new OvError("invalid_setting", { what, next: "Choose one with --only." });
}

/** All names first, in the order of the folders. */
async function askNames(session: Session, scan: Scan): Promise<Map<string, string>> {
  const { options, ask } = session;
  const names = new Map<string, string>();
  for (const { source, name } of planSources(scan, names, toSourceOptions(session))) {
    if (options.name !== null) names.set(source.path, options.name);
    else if (ask !== null) names.set(source.path, await ask.name(source.folder, name));
  }
  return names;
}

interface Decision {
  /** `done`: the plan was all that was asked for. */
  decision: "run" | "done" | "refused";
  /** null: it was not asked for. */
  consent: Consent | null;
}

/** Reports the plan, then asks what there is to ask about it. */
async function decide(session: Session, plan: Planned[], mustInstall: boolean): Promise<Decision> {
  const { options, ask, report } = session;
  const { settings } = options.loaded;
  const resources = readResources(settings);
  const verdict = judge(plan, resources);
  const view: PlanView = { plan, verdict, resources, trustRemoteCode: settings.trustRemoteCode, mustInstall };
  report({ type: "planned", ...view });
  const refusals = [...verdict.refusals, ...(options.wanted?.unattended ? verdict.warnings : [])];
  if (refusals.length > 0) {
    report({ type: "refused", shortages: refusals });
    return { decision: "refused", consent: null };
  }
  if (options.dryRun) return { decision: "done", consent: null };
  const consent = await askConsent(plan, session);
  for (const [{ source }, error] of consent.refused) {
    report({ type: "code_refused", folder: source.folder, error });
  }
  if (consent.refused.size === plan.length) return { decision: "refused", consent };
  if (ask === null || (await ask.confirmPlan())) return { decision: "run", consent };
  report({ type: "declined" });
  return { decision: "refused", consent };
}

async function runAll(session: Session, plan: Planned[], consent: Consent): Promise<ReportedModel[]> {
  const done: ReportedModel[] = [];
  for (const [index, planned] of plan.entries()) {
    const failedBefore = done.some(({ state }) => state === "failed");
    const refusal = consent.refused.get(planned);
    if (refusal !== undefined) done.push(toReported(planned, "refused", refusal));
    else if (failedBefore && !session.options.keepGoing) done.push(toReported(planned, "not started"));
    else done.push(await runOne(session, planned, toModel(planned, index, plan.length), consent));
  }
  return done;
}

async function runOne(
  session: Session,
  planned: Planned,
  model: ModelOfRun,
  consent: Consent,
): Promise<ReportedModel> {
  const { options, deps, signal, report } = session;
  const { settings, variables } = options.loaded;
  const started = performance.now();
  const toSeconds = () => Math.round((performance.now() - started) / 100) / 10;
  const logPath = isExport(planned) ? toLogPath(settings.modelOut, planned.name) : null;
  report({ type: "started", model, logPath });
  try {
    const outcome = await runPlanned(planned, {
      ...settings,
      trustRemoteCode: isExport(planned) && consent.mayRunCode(planned),
      variables,
      trusted: toTrusted(settings),
      exporter: deps.converter.toCommand(isExport(planned) ? planned.source.transformers : null),
      toTokenizerCommand: deps.converter.toTokenizerCommand,
      toSafeWeightsCommand: deps.converter.toSafeWeightsCommand,
      overwrite: options.overwrite,
      async check(path) {
        report({ type: "checking", model, seconds: toSeconds() });
        const doubt = await deps.check.check(planned, path);
        if (doubt !== null && !options.accept) throw toNoiseError(planned, doubt);
        if (doubt !== null) report({ type: "accepted", model, doubt });
        if (!options.quality || !isExport(planned)) return null;
        report({ type: "measuring", model, seconds: toSeconds() });
        return await measure(session, planned, path, consent.mayRunCode(planned), model);
      },
      signal,
      now: () => new Date(),
      onProgress: (progress) => report({ type: "exporting", model, ...progress }),
      onRetry: (note) => report({ type: "retrying", model, note }),
    });
    const state = isExport(planned) ? "converted" : "registered";
    const { name, path, originalPath, made, warning } = outcome;
    const { int4 = null, quality = null } = made;
    const seconds = toSeconds();
    const alias = await addShortName(options, name);
    report({ type: state, model, registeredAs: name, alias, path, seconds, warning });
    const facts = { name, path, original_path: originalPath, int4, quality, seconds };
    return { ...toReported(planned, state), ...facts };
  } catch (thrown) {
    const seconds = toSeconds();
    if (signal.aborted) report({ type: "stopped", model, seconds });
    signal.throwIfAborted();
    const error = toOvError(thrown);
    report({ type: "failed", model, seconds, error });
    return { ...toReported(planned, "failed"), seconds, error: error.message };
  }
}

/** A model that cannot be measured is as good as one that nobody wanted to measure. */
async function measure(
  { deps, signal, report }: Session,
  planned: PlannedExport,
  path: string,
  trustRemoteCode: boolean,
  model: ModelOfRun,
): Promise<Quality | null> {
  try {
    const quality = await deps.measure.measure(planned, path, trustRemoteCode);
    report({ type: "measured", model, quality });
    return quality;
  } catch (error) {
    signal.throwIfAborted();
    report({ type: "unmeasured", model, why: toReason(error) });
    return null;
  }
}

function toNoiseError({ source }: Planned, doubt: string): OvError {
  const what = `The model of ${JSON.stringify(source.folder)} answers, but ${doubt}`;
  const next = "Fetch it again; if it is meant to write so, register it with --accept.";
  return new OvError("conversion_failed", { what, next });
}

function toModel({ name }: Planned, index: number, total: number): ModelOfRun {
  return { name, position: index + 1, total };
}

function toReported(planned: Planned, state: ReportedModel["state"], error?: OvError): ReportedModel {
  return {
    folder: planned.source.folder,
    name: planned.name,
    state,
    task: planned.task,
    weight_format: planned.weightFormat,
    path: planned.path,
    python_files: isExport(planned) ? planned.source.code : [],
    original_path: null,
    int4: null,
    quality: null,
    seconds: null,
    error: error?.message ?? null,
  };
}

function toPresent({ name, path, task, weightFormat }: Present): ReportedModel {
  return {
    folder: basename(path),
    name,
    state: "present",
    task,
    weight_format: weightFormat,
    path,
    python_files: [],
    original_path: null,
    int4: null,
    quality: null,
    seconds: null,
    error: null,
  };
}
