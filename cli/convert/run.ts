import { createConverter } from "../../src/convert/environment/converter.ts";
import type { ConvertEvent } from "../../src/convert/events.ts";
import type { ConvertOptions } from "../../src/convert/options.ts";
import { createModelCheck, type ModelCheck } from "../../src/convert/result/check.ts";
import { createQualityMeter } from "../../src/convert/result/quality.ts";
import { runSession, type SessionResult } from "../../src/convert/session.ts";
import { createHub } from "../../src/hub/hub.ts";
import { createStderrLog } from "../terminal.ts";
import { createAsker, toAsk } from "./asker.ts";
import { silenceKeys } from "./quiet-keys.ts";
import { createView } from "./view.ts";

export interface Run {
  /** Names and the plan are asked for on the terminal. */
  isInteractive: boolean;
  report: (event: ConvertEvent) => void;
  signal: AbortSignal;
}

/** A whole session, with the real hub, converter and engine. */
export async function runToEnd(
  options: ConvertOptions,
  { isInteractive, report, signal }: Run,
): Promise<SessionResult> {
  const { loaded, dryRun } = options;
  const asker = isInteractive ? createAsker({ input: process.stdin, write: writeStyled, signal }) : null;
  let check: ModelCheck | null = null;
  // Answers to questions are shown; what is typed while a model converts is not.
  let showKeys = isInteractive ? null : silenceKeys();
  try {
    const log = createStderrLog(loaded.settings);
    const converter = createConverter(loaded);
    check = dryRun ? noCheck : createModelCheck(loaded, log, signal);
    const measure = createQualityMeter(loaded, log, signal);
    return await runSession({
      options,
      deps: { hub: createHub(loaded.variables), converter, check, measure },
      ask: asker && toAsk(asker),
      report(event) {
        if (event.type === "started" || event.type === "installing") showKeys ??= silenceKeys();
        report(event);
      },
      signal,
    });
  } finally {
    asker?.close();
    check?.dispose();
    showKeys?.();
  }
}

/** What a person reads goes to stderr: stdout is for --json. */
export function writeStyled(text: string): void {
  const isStyled = process.stderr.isTTY && Bun.enableANSIColors;
  process.stderr.write(isStyled ? text : Bun.stripANSI(text));
}

/** Shows a run to a person. `inChat`: for a chat that goes on afterwards. */
export function createStderrView({ inChat = false } = {}): (event: ConvertEvent) => void {
  // A terminal that does not know its size says 0.
  const width = process.stderr.isTTY ? process.stderr.columns || 80 : null;
  return createView({ write: writeStyled, width, inChat });
}

/** A dry run writes no model that could be checked. */
const noCheck: ModelCheck = { check: async () => null, dispose() {} };
