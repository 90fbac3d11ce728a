import { Type } from "@sinclair/typebox";
import type { Settings } from "../../config/settings.ts";
import { OvError } from "../../errors.ts";
import { readJsonFile } from "../../models/hf-config.ts";
import { toOwnPath, writeOwnFile } from "../environment/own-files.ts";
import type { OwnCode, Session } from "../options.ts";
import { isExport, type Planned, type PlannedExport } from "../plan/plan.ts";
import { type Origin, readOrigin } from "./origin.ts";

/** The models whose Python files were allowed to run: `owner/name@revision`. */
const Allowed = Type.Object({ allowed: Type.Array(Type.String()) });

/**
 * Decides about the Python files of models that were fetched from the hub: they run only if the flag on this command line
 * says so, or somebody said yes to that very question, now or earlier for the same revision. Folders without an origin were put
 * there by the owner: the setting alone decides about them.
 */
export interface Consent {
  /** Whether the exporter may run what comes with the model. */
  mayRunCode(planned: PlannedExport): boolean;
  /** The models whose conversion must not start, with why. */
  readonly refused: ReadonlyMap<Planned, OvError>;
}

export async function askConsent(plan: readonly Planned[], session: Session): Promise<Consent> {
  const { settings, sources } = session.options.loaded;
  const byFlag = sources.trustRemoteCode === "flag";
  const refused = new Map<Planned, OvError>();
  const agreed = new Set<Planned>();
  for (const planned of settings.trustRemoteCode && !byFlag ? plan.filter(isExport) : []) {
    const origin = readOrigin(planned.source.path);
    if (origin === null) agreed.add(planned);
    else if (planned.source.code.length === 0) continue;
    else if (await isAllowed(planned, origin, session)) agreed.add(planned);
    else refused.set(planned, toRefusal(planned, origin, session.ask !== null));
  }
  return { refused, mayRunCode: (planned) => settings.trustRemoteCode && (byFlag || agreed.has(planned)) };
}

async function isAllowed({ source }: PlannedExport, origin: Origin, session: Session): Promise<boolean> {
  const { settings } = session.options.loaded;
  const key = `${origin.repo}@${origin.revision}`;
  const isKnown = origin.revision !== undefined;
  if (isKnown && readAllowed(settings).includes(key)) return true;
  if (session.ask === null) return false;
  const code: OwnCode = { ...origin, path: source.path, files: source.code };
  const isYes = await session.ask.allowCode(code);
  if (isYes && isKnown) remember(settings, key);
  return isYes;
}

function toRefusal({ source }: PlannedExport, { repo }: Origin, wasAsked: boolean): OvError {
  const why = `it comes with Python files that its conversion would run (${source.code.join(", ")})`;
  const agree = wasAsked ? "agree" : `run "ov-llm convert ${repo}" in a terminal, without --yes, and agree`;
  const next = `Read them in ${source.path}, then ${agree}, or pass --trust-remote-code; --no-trust-remote-code tries without them.`;
  return new OvError("conversion_failed", { what: `Cannot convert ${repo}`, why, next });
}

const toPath = (settings: Settings) => toOwnPath(settings, "allowed-code.json");

function readAllowed(settings: Settings): string[] {
  return readJsonFile(toPath(settings), Allowed)?.allowed ?? [];
}

function remember(settings: Settings, key: string): void {
  const allowed = [...new Set([...readAllowed(settings), key])].sort();
  writeOwnFile(toPath(settings), `${JSON.stringify({ allowed }, null, 2)}\n`);
}
