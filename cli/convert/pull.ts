import { renderBytes } from "../../src/bytes.ts";
import type { LoadedSettings } from "../../src/config/load.ts";
import type { ConvertEvent } from "../../src/convert/events.ts";
import type { ConvertOptions, Wanted } from "../../src/convert/options.ts";
import { noInt4Wishes } from "../../src/convert/plan/int4.ts";
import type { ConversionLack } from "../../src/library/known-models.ts";
import { exitCodes } from "./exit.ts";
import { toFailed, toPullEvent } from "./pull-lines.ts";
import { runToEnd } from "./run.ts";

export function toPullOptions(
  loaded: LoadedSettings,
  wanted: Omit<Wanted, "reuse">,
  more: Partial<Pick<ConvertOptions, "name" | "overwrite" | "accept" | "copy" | "int4" | "quality">> = {},
): ConvertOptions {
  return {
    loaded,
    wanted: { ...wanted, reuse: true },
    selection: { only: [], include: [], exclude: [] },
    name: null,
    overwrite: false,
    accept: false,
    copy: false,
    int4: noInt4Wishes,
    quality: false,
    dryRun: false,
    keepGoing: false,
    ...more,
  };
}

export interface PullRun {
  /** What a person sees. */
  view: ((event: ConvertEvent) => void) | null;
  /** Each event as a line on stdout. */
  json: boolean;
  signal: AbortSignal;
}

/** Pulls one model to its exit code. Throws what keeps it from starting. */
export async function runPull(options: ConvertOptions, { view, json, signal }: PullRun): Promise<number> {
  const print = (event: object | null) => {
    if (json && event !== null) process.stdout.write(`${JSON.stringify(event)}\n`);
  };
  try {
    const { end } = await runToEnd(options, {
      isInteractive: false,
      report(event) {
        view?.(event);
        print(toPullEvent(event));
      },
      signal,
    });
    return exitCodes[end];
  } catch (error) {
    print(toFailed(error));
    throw error;
  }
}

/** For whoever fetches a model that will not be converted here. `command`: what gets another one. */
export function renderLack({ name, needed, has, ready }: ConversionLack, command = "ov-llm pull"): string {
  const lack = `Converting ${name} takes about ${renderBytes(needed)} of memory, and this machine has ${renderBytes(has)} with swap.`;
  return ready === null
    ? `${lack} "ov-llm catalog --fits" lists models that fit.`
    : `${lack} It is also published ready-made: ${command} ${ready}`;
}
