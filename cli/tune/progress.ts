import type { TuneEvent } from "../../src/tune/options.ts";
import type { Tried } from "../../src/tuning.ts";
import { createProgressLine } from "../convert/progress.ts";
import { renderGain, toPercent } from "./render.ts";

export interface ProgressOptions {
  write: (text: string) => void;
  /** Columns; null: no terminal. */
  width: number | null;
}

export interface TuneProgress {
  report(event: TuneEvent): void;
  /** Leaves the terminal to what comes next. */
  end(): void;
}

/** Shows what happens, on stderr: stdout is for the result. */
export function createTuneProgress(options: ProgressOptions): TuneProgress {
  const line = createProgressLine(options);
  const report = (event: TuneEvent) => {
    switch (event.type) {
      case "loading":
        return line.overwrite("Loading", event.label);
      case "measuring":
        return line.overwrite(
          `[${event.position}/${event.total}] ${event.label}`,
          event.pairs === 0 ? "measuring" : `${event.pairs} ${event.pairs === 1 ? "pair" : "pairs"} measured`,
        );
      case "waiting":
        return line.overwrite("Waiting", "the server answers requests");
      case "tried":
        return line.say(`[${event.position}/${event.total}] ${event.tried.label}: ${toOutcome(event.tried)}`);
    }
  };
  return { report, end: line.clear };
}

function toOutcome({ problem, measured }: Tried): string {
  if (measured === null) return problem ?? "not measured";
  const { verdict, gain, spread } = measured.judgement;
  return verdict === "same" ? `no difference beyond ±${toPercent(spread)}` : renderGain(gain);
}
