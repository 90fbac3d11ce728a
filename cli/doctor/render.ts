import { renderBytes } from "../../src/bytes.ts";
import type { Comparison } from "../../src/doctor/compare.ts";
import type { Diagnosis, Finding, Status } from "../../src/doctor/finding.ts";
import type { Trial } from "../../src/doctor/trial.ts";
import { wrap } from "../help/wrap.ts";
import { paint, renderTable, type Style, toOneLine } from "../terminal.ts";

const styles: Record<Status, Style> = { ok: "green", warn: "yellow", fail: "red" };

/** A line for each finding, its next step below it; `width`: of the terminal, null where there is none. */
export function renderDiagnosis({ findings }: Diagnosis, width: number | null): string {
  const widest = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.map((finding) => renderFinding(finding, widest, width));
  return `${lines.join("")}\n${renderCount(findings)}\n`;
}

function renderFinding({ check, status, what, next }: Finding, widest: number, width: number | null): string {
  const head = `${paint(styles[status], status.padEnd(4))}  ${check.padEnd(widest)}  `;
  const margin = " ".repeat(widest + 8);
  const columns = width === null ? null : width - margin.length;
  const wrapped = wrap(toOneLine(what), columns);
  const steps = next === null ? [] : wrap(`-> ${toOneLine(next)}`, columns);
  return `${[`${head}${wrapped[0] ?? ""}`, ...[...wrapped.slice(1), ...steps].map((line) => margin + line)].join("\n")}\n`;
}

function renderCount(findings: Finding[]): string {
  const count = (status: Status) => findings.filter((finding) => finding.status === status).length;
  const [failures, warnings] = [count("fail"), count("warn")];
  if (failures + warnings === 0) return "All is well.";
  const plural = (number: number, word: string) => `${number} ${word}${number === 1 ? "" : "s"}`;
  return [
    ...(failures > 0 ? [plural(failures, "failure")] : []),
    ...(warnings > 0 ? [plural(warnings, "warning")] : []),
  ]
    .join(", ")
    .concat(".");
}

const header = ["DEVICE", "LOAD", "FIRST TOKEN", "TOKENS/S", "MEMORY"];

export function renderTrials(
  name: string,
  trials: Trial[],
  { best, texts }: Comparison,
  width: number | null,
): string {
  const able = trials.filter(({ problem }) => problem === null);
  const failed = trials.flatMap(({ device, problem }) => (problem === null ? [] : [`${device}: ${problem}`]));
  const table = able.length === 0 ? "" : renderTable(header, able.map(toRow), width);
  const notes = [...failed, ...texts, toVerdict(name, best, trials)].map((line) => `${toOneLine(line)}\n`);
  return `${table}${notes.join("")}`;
}

function toVerdict(name: string, best: string | null, trials: Trial[]): string {
  if (best === null) return `No device runs "${name}" well.`;
  return trials.length === 1
    ? `"${name}" runs on ${best}, the only device.`
    : `"${name}" is fastest on ${best}.`;
}

function toRow({ device, load_seconds, first_token_ms, tokens_per_second, memory_bytes }: Trial): string[] {
  return [
    device,
    `${load_seconds} s`,
    `${first_token_ms} ms`,
    `${tokens_per_second}`,
    renderBytes(memory_bytes),
  ];
}
