import { renderBytes } from "../../src/bytes.ts";
import type { ConvertEvent } from "../../src/convert/events.ts";
import { renderFacts } from "../../src/errors.ts";
import type { DownloadProgress } from "../../src/hub/hub.ts";
import { toShellWord } from "../shell-word.ts";
import { comparingStage, testingStage } from "./overall-bar.ts";
import { createProgressLine, renderTime, toLabel } from "./progress.ts";
import { renderPlan, renderShortage, renderSkipped } from "./render.ts";

const otherWays =
  '"ov-llm convert PATH" converts a model elsewhere, "ov-llm pull OWNER/MODEL" fetches one from the hub.';

export interface ViewOptions {
  write: (text: string) => void;
  /** Columns; null: no terminal. */
  width: number | null;
  /** A chat goes on afterwards: it has no use for commands of the shell. */
  inChat?: boolean;
}

/** Shows the events of a run to a person. */
export function createView({ write, width, inChat = false }: ViewOptions): (event: ConvertEvent) => void {
  const progress = createProgressLine({ write, width });
  const say = (line: string) => progress.say(line);
  return (event) => {
    switch (event.type) {
      case "recovered":
        say(`Finished the conversion of "${event.name}", which an earlier run had not finished.`);
        if (event.warning !== null) say(`Warning: ${renderFacts(event.warning)}`);
        return;
      case "cleaned":
        return say("Removed unfinished work of an earlier run.");
      case "doubted":
        return say(
          `Warning: ${event.folder} states that its conversion is not finished, but ${event.why}: it stays as it is. Remove it if it is not yours.`,
        );
      case "installing":
        return say(event.line);
      case "fetching":
        if (event.step === "running") return progress.overwrite(event.repo, renderShare(event));
        return say(renderDownload(event));
      case "fetch_stopped":
        return progress.leave();
      case "present": {
        const found = `${event.repo} is there already, as "${event.name}" (${event.weightFormat}): ${event.path}.`;
        return say(inChat ? found : `${found} Add --overwrite to fetch and convert it again.`);
      }
      case "scanned":
        write(renderSkipped(event.skipped));
        if (event.found.length === 0) say(`Nothing to convert in ${event.modelSrc}. ${otherWays}`);
        return;
      case "planned":
        return write(`\n${renderPlan(event, width)}`);
      case "refused":
        for (const shortage of event.shortages) say(`error: ${renderShortage(shortage)}`);
        return;
      case "code_refused":
        return say(`error: ${event.error.message}`);
      case "declined":
        return say("Nothing was changed.");
      case "started":
        if (event.logPath !== null) say(`${toLabel(event.model)}: its log: ${event.logPath}`);
        return;
      case "exporting":
        return progress.show(event.model, event);
      case "checking": {
        const stage = { stage: testingStage, percent: null, memory: 0 };
        return progress.show(event.model, { ...stage, seconds: event.seconds });
      }
      case "measuring": {
        const stage = { stage: comparingStage, percent: null, memory: 0 };
        return progress.show(event.model, { ...stage, seconds: event.seconds });
      }
      case "measured":
        return say(`${toLabel(event.model)}: ${renderQuality(event.quality)}`);
      case "unmeasured":
        return say(`${toLabel(event.model)}: Warning: ${event.why}`);
      case "retrying":
        return say(`${toLabel(event.model)}: Trying again: ${event.note}`);
      case "accepted":
        return say(`${toLabel(event.model)}: Warning: the model answers, but ${event.doubt}`);
      case "converted":
      case "registered": {
        const also = event.alias === null ? "" : ` (also "${event.alias}")`;
        const how = `${event.type} as "${event.registeredAs}"${also} in ${renderTime(event.seconds)}`;
        say(`${toLabel(event.model)}: ${how}: ${event.path}`);
        if (event.warning !== null) say(`Warning: ${renderFacts(event.warning)}`);
        if (event.model.total === 1 && event.writes && !inChat) {
          say(`Talk to it: ov-llm chat ${toShellWord(event.registeredAs)}`);
        }
        return;
      }
      case "failed":
        say(`${toLabel(event.model)}: stopped after ${renderTime(event.seconds)}`);
        return say(`error: ${event.error.message}`);
      case "stopped":
        return say(`${toLabel(event.model)}: stopped after ${renderTime(event.seconds)}`);
    }
  };
}

function renderQuality({
  tokens,
  agreement,
  perplexity,
  original_perplexity: original,
  tokens_per_second: rate,
}: Extract<ConvertEvent, { type: "measured" }>["quality"]): string {
  const agrees = `agrees with its original on ${(100 * agreement).toFixed(1)} % of ${tokens} tokens`;
  const [own, its] = [perplexity, original].map((one) => one.toFixed(1));
  return `${agrees}; perplexity ${own}, the original's ${its}; ${rate} tokens/s`;
}

function renderDownload(
  event: { repo: string; path: string } & Exclude<DownloadProgress, { step: "running" }>,
): string {
  const { repo, path } = event;
  switch (event.step) {
    case "started":
      return `Fetching ${repo} to ${path}`;
    case "listed":
      return `${repo}: ${event.files} files, ${renderBytes(event.bytes)} to fetch`;
    case "done":
      return `${repo} is in ${path}`;
  }
}

function renderShare({ done, bytes }: { done: number; bytes: number }): string {
  const share = bytes === 0 ? 100 : Math.min(100, Math.floor((100 * done) / bytes));
  return `${renderBytes(done)} of ${renderBytes(bytes)} (${share} %)`;
}
