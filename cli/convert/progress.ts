import { renderBytes } from "../../src/bytes.ts";
import type { ModelOfRun } from "../../src/convert/events.ts";
import type { ExportProgress } from "../../src/convert/exporter/optimum.ts";
import { toOneLine } from "../terminal.ts";
import { createOverallBar } from "./overall-bar.ts";

export interface ProgressLine {
  /** One line that is overwritten; without a terminal, a new line at most every `silentMs`. */
  overwrite(label: string, text: string): void;
  /** Shows the progress of a model, and of the run as a bar, in one line that is overwritten; without a terminal, a new line for each stage. */
  show(model: ModelOfRun, progress: ExportProgress): void;
  /** A line that stays. */
  say(line: string): void;
  /** Removes the line that would be overwritten next. */
  clear(): void;
  /** Lets that line stay. */
  leave(): void;
}

export interface ProgressOptions {
  write: (text: string) => void;
  /** Columns; null: no terminal. */
  width: number | null;
  /** In milliseconds. */
  now?: () => number;
}

const silentMs = 5000;

export function createProgressLine({
  write,
  width,
  now = performance.now.bind(performance),
}: ProgressOptions): ProgressLine {
  let last = "";
  let written = Number.NEGATIVE_INFINITY;
  let isOpen = false;
  const overall = createOverallBar();
  const clear = () => {
    if (isOpen) write("\r\u001B[K");
    isOpen = false;
  };
  const replace = (text: string, columns: number) => {
    clear();
    write(cut(text, columns - 1));
    isOpen = true;
  };
  return {
    clear,
    leave() {
      if (isOpen) write("\n");
      isOpen = false;
    },
    overwrite(label, shown) {
      const text = toOneLine(`${label}: ${shown}`);
      if (width !== null) return replace(text, width);
      if (now() - written < silentMs) return;
      written = now();
      write(`${text}\n`);
    },
    show(model, progress) {
      const label = toLabel(model);
      const text = toOneLine(`${label}: ${renderProgress(progress)}`);
      const bar = overall(model, progress.stage, progress.percent);
      if (width !== null) {
        const forms = [text, ...toShorter(model, progress)].map((form) => `${bar} ${form}`);
        replace(forms.find((form) => Bun.stringWidth(form) < width) ?? forms.at(-1) ?? "", width);
      } else if (`${label}: ${progress.stage}` !== last) {
        last = `${label}: ${progress.stage}`;
        write(`${text}\n`);
      }
    },
    say(line) {
      clear();
      write(`${toOneLine(line)}\n`);
    },
  };
}

/** `tracing the model 40 %, 1:05 so far, 2.3 GB of memory` */
export function renderProgress({ stage, percent, seconds, memory }: ExportProgress): string {
  const part = percent === null ? stage : `${stage} ${percent} %`;
  const used = memory === 0 ? [] : [`${renderBytes(memory)} of memory`];
  return [part, `${renderTime(seconds)} so far`, ...used].join(", ");
}

/** For narrow terminals, the longest first: the time is what shows that something goes on. */
function toShorter(model: ModelOfRun, progress: ExportProgress): string[] {
  const { position, total } = model;
  const withoutMemory = renderProgress({ ...progress, memory: 0 });
  const count = total === 1 ? "" : `[${position}/${total}] `;
  return [
    toOneLine(`${toLabel(model)}: ${withoutMemory}`),
    `${count}${withoutMemory}`,
    `${count}${withoutMemory.replace(/ so far$/, "")}`,
  ];
}

/** `[1/3] name` */
export function toLabel({ name, position, total }: ModelOfRun): string {
  return `[${position}/${total}] ${name}`;
}

export function renderTime(seconds: number): string {
  const whole = Math.floor(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const pad = (number: number) => String(number).padStart(2, "0");
  const rest = pad(whole % 60);
  return hours > 0 ? `${hours}:${pad(minutes)}:${rest}` : `${minutes}:${rest}`;
}

function cut(text: string, width: number): string {
  let shown = text;
  while (shown !== "" && Bun.stringWidth(shown) > width) shown = shown.slice(0, -1);
  return shown;
}
