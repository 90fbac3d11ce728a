import type { Difference, Measured, Tried, TuneResult, Winner } from "../../src/tuning.ts";
import { fitTable, paint, renderFitted, toOneLine } from "../terminal.ts";

const header = ["SETTINGS", "FIRST TOKEN", "TOKENS/S", "ANSWERS", "SPREAD", "TEXT"];

/** The table, the chart and what they mean. `width`: columns; null: no terminal. */
export function renderTune(result: TuneResult, width: number | null): string {
  const { model, device, engine, size } = result;
  const head = `${model} on ${device}, engine ${engine}: answers of ${size.answer_tokens} tokens to prompts of about ${size.prompt_tokens}.`;
  const measured = result.tried.filter(({ measured }) => measured !== null);
  const present = [
    "as it is now",
    renderMs(result.present.first_token_ms),
    renderRate(result.present.tokens_per_second),
    "",
    `±${toPercent(result.noise)}`,
    "",
  ];
  const fitted = fitTable(header, [present, ...measured.map(toRow)], width, ["SPREAD", "FIRST TOKEN"]);
  const table = renderFitted(fitted, width, "--json and --html");
  const lines = toNotes(result).map((line) => `${toOneLine(line)}\n`);
  return `${toOneLine(head)}\n\n${table}\n${renderChart(measured, width)}\n${lines.join("")}`;
}

function toRow({ label, measured }: Tried): string[] {
  if (measured === null) return [label];
  const { figures, judgement, difference } = measured;
  const { verdict, gain, spread } = judgement;
  const change = verdict === "same" ? "noise" : renderGain(gain);
  return [
    label,
    renderMs(figures.first_token_ms),
    renderRate(figures.tokens_per_second),
    verdict === "faster" ? paint("green", change) : change,
    `±${toPercent(spread)}`,
    difference === null ? "same" : `differs after ${renderWords(difference.same_words)}`,
  ];
}

const barWidth = 30;

/** A bar for each, 100 % being the present settings. */
function renderChart(measured: readonly Tried[], width: number | null): string {
  const rows = [
    { label: "as it is now", speed: 1 },
    ...measured.map(({ label, measured }) => ({ label, speed: 1 + (measured?.judgement.gain ?? 0) })),
  ];
  const fastest = Math.max(...rows.map(({ speed }) => speed));
  const widest = Math.max(...rows.map(({ label }) => Bun.stringWidth(label)));
  const room = width === null ? barWidth : Math.max(8, Math.min(barWidth, width - widest - 8));
  return rows
    .map(({ label, speed }) => {
      const bar = "█".repeat(Math.max(1, Math.round((speed / fastest) * room)));
      return `${label.padEnd(widest)}  ${bar} ${Math.round(speed * 100)} %\n`;
    })
    .join("");
}

function toNotes(result: TuneResult): string[] {
  const all = [...toProblemLines(result), toDisturbance(result), toCaveat(result), toVerdict(result)];
  return all.filter((line) => line !== null);
}

/** null: no guessed token changed a text. */
function toCaveat({ tried }: TuneResult): string | null {
  const isChanged = tried.some(
    ({ topic, change, measured }) =>
      topic === "speculation" && change[0] !== "speculation=" && measured?.difference,
  );
  if (!isChanged) return null;
  return "Speculation computes several tokens at once, which rounds differently: the text is identical only in f32 (docs/tuning.md).";
}

function toProblemLines({ tried, untried }: TuneResult): string[] {
  return [
    ...tried.flatMap(({ label, problem }) =>
      problem === null ? [] : [`Not measured: ${label}: ${problem}`],
    ),
    ...untried.map(({ topic, why }) => `Not tried: ${topic}: ${why}.`),
  ];
}

/** null: nothing was disturbed. */
export function toDisturbance({ disturbed }: TuneResult): string | null {
  if (disturbed === 0) return null;
  const pairs = disturbed === 1 ? "1 pair was" : `${disturbed} pairs were`;
  return `${pairs} dropped, because the server answered requests meanwhile.`;
}

export function toVerdict({ winner, unconfirmed = null, noise, tried }: TuneResult): string {
  if (winner !== null) return `Faster: ${renderWinner(winner)}.`;
  if (isUnclear(unconfirmed)) return renderUnclear(unconfirmed.labels, unconfirmed, ", measured once more");
  const isClose = tried.some(({ measured }) => measured?.judgement.verdict === "faster");
  if (isClose) return "Nothing was still faster when it was measured again: keep the settings.";
  for (const { label, measured } of tried) if (isUnclear(measured)) return renderUnclear([label], measured);
  return `Nothing is faster than the present settings beyond noise (±${toPercent(noise)}): keep them.`;
}

/** It may be much faster, and what was measured lies too far apart to show it. */
function isUnclear(measured: Measured | null): measured is Measured {
  if (measured === null) return false;
  const { verdict, gain, spread } = measured.judgement;
  return verdict === "same" && gain > 0.05 && spread > 0.05;
}

function renderUnclear(labels: readonly string[], { judgement }: Measured, when = ""): string {
  const { gain, spread } = judgement;
  return `Unclear: ${labels.join(", ")}: ${renderGain(gain)} ±${toPercent(spread)}${when}. Measure longer (--minutes) while nothing else runs.`;
}

function renderWinner({ labels, change, judgement, difference }: Winner): string {
  const text = difference === null ? "it writes the same text" : renderDifference(difference);
  return `${labels.join(", ")} (${change.join(" ")}): ${renderGain(judgement.gain)} ±${toPercent(judgement.spread)}, measured once more; ${text}`;
}

export function renderDifference({ same_words, present, changed }: Difference): string {
  return `it writes another text after ${renderWords(same_words)}: ${JSON.stringify(changed)} instead of ${JSON.stringify(present)}`;
}

/** `1 word` */
export function renderWords(count: number): string {
  return count === 1 ? "1 word" : `${count} words`;
}

export function renderGain(gain: number): string {
  return `${gain < 0 ? "-" : "+"}${toPercent(Math.abs(gain))}`;
}

export function toPercent(share: number): string {
  return Number.isFinite(share) ? `${Math.round(share * 100)} %` : "?";
}

export const renderMs = (ms: number) => `${Math.round(ms)} ms`;
export const renderRate = (rate: number) => rate.toFixed(1);
