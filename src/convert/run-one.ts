import { OvError, toOvError, toReason } from "../errors.ts";
import type { Quality } from "../models/manifest.ts";
import { mainOperation } from "../models/tasks.ts";
import type { ModelOfRun, ReportedModel } from "./events.ts";
import type { Session } from "./options.ts";
import { isExport, type Planned, type PlannedExport } from "./plan/plan.ts";
import type { Consent } from "./pull/consent.ts";
import { addShortName } from "./pull/short-name.ts";
import { toReported } from "./reported.ts";
import { runPlanned, toLogPath } from "./run.ts";
import { toTrusted } from "./transaction/journal.ts";

/** Converts or registers one model of the plan, and reports its steps. Throws the signal's reason alone. */
export async function runOne(
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
        await check(session, planned, path, model);
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
    const reported = toReported(planned, state);
    const writes = mainOperation(reported.task) === "generate";
    report({ type: state, model, registeredAs: name, alias, writes, path, seconds, warning });
    const facts = { name, path, original_path: originalPath, int4, quality, seconds };
    return { ...reported, ...facts };
  } catch (thrown) {
    const seconds = toSeconds();
    if (signal.aborted) report({ type: "stopped", model, seconds });
    signal.throwIfAborted();
    const error = toOvError(thrown);
    report({ type: "failed", model, seconds, error });
    return { ...toReported(planned, "failed"), seconds, error: error.message };
  }
}

/** Uses it once. Throws where it does not work, and where what it writes looks like noise, unless that is accepted. */
async function check(
  { deps, options, report }: Session,
  planned: Planned,
  path: string,
  model: ModelOfRun,
): Promise<void> {
  const doubt = await deps.check.check(planned, path);
  if (doubt === null) return;
  if (!options.accept) throw toNoiseError(planned, doubt);
  report({ type: "accepted", model, doubt });
}

/** A model that cannot be measured is registered without its quality. */
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
