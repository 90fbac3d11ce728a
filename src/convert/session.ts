import { OvError } from "../errors.ts";
import type { OtherTransformers } from "./environment/transformers-versions.ts";
import type { ConvertReport, ModelOfRun, PlanView, ReportedModel } from "./events.ts";
import type { Session } from "./options.ts";
import { isExport, needsConverter, type Planned } from "./plan/plan.ts";
import { readRegistry, requireServedTask, requireWritable } from "./plan/prepare.ts";
import { judge, readResources } from "./plan/resources.ts";
import { findSources, planSources, type SourceOptions } from "./plan/sources.ts";
import { askConsent, type Consent } from "./pull/consent.ts";
import { type Fetched, fetchSource } from "./pull/fetch.ts";
import { addShortName } from "./pull/short-name.ts";
import { toPresent, toReported } from "./reported.ts";
import { runOne } from "./run-one.ts";
import type { Scan } from "./source/scan.ts";
import { toTrusted } from "./transaction/journal.ts";
import { withConvertLock } from "./transaction/lock.ts";
import { recover } from "./transaction/transaction.ts";

/** `refused`: nothing was started, for lack of disk or memory, or because whoever was asked said no. */
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

function toModel({ name }: Planned, index: number, total: number): ModelOfRun {
  return { name, position: index + 1, total };
}
