import { renderNumber } from "../measuring/goals.ts";
import { toLoadCurves } from "./charts.ts";
import { type LoadRow, type Measured, readAllMeasured } from "./measured.ts";
import { type ReportEntry, reportPlan } from "./plan.ts";

/** From this share of the machine on, what other programs take is stated beside the figures. */
const disturbing = 0.05;

/** The part of docs/performance.md that is made from what was measured. */
export function renderPerformance(): string {
  const all = readAllMeasured();
  const sections = Object.entries(reportPlan).flatMap(([name, entry]) => {
    const measured = all[name];
    return measured === undefined ? [] : [renderEntry(name, entry, measured)];
  });
  return sections.join("\n\n");
}

/** README's table: the part on load in short, a row for each number of requests at once. */
export function renderLoad(): string {
  const rows = readAllMeasured().load?.load ?? [];
  const counts = [...new Set(rows.map(({ concurrency }) => concurrency))];
  const cells = counts.map((count) => {
    const toCell = (name: string) => {
      const row = rows.find((row) => row.concurrency === count && row.name === name);
      return row === undefined
        ? ""
        : `${renderNumber(row.tokensPerSecond)} tokens/s, ${renderNumber(row.ttftMsP50)} ms`;
    };
    return [String(count), toCell("server"), toCell("raw"), toCell("llama.cpp")];
  });
  return renderTable(["requests at once", "ov-llm", "raw engine", "llama.cpp's server"], cells);
}

function renderEntry(name: string, entry: ReportEntry, measured: Measured): string {
  const { date, version, engine, model, machine, curves, load, figures } = measured;
  const { cpu, cores, memoryGb, others = 0 } = machine;
  const charts = [...toLoadCurves(name, load), ...curves].flatMap(({ name, title, note }) => [
    `![${title}](performance/${name}.svg)`,
    ...(note === undefined ? [] : [note]),
  ]);
  return [
    `## ${entry.title}`,
    `${entry.text} Model: ${model}.`,
    ...(load.length === 0 ? [] : [renderRows(load)]),
    renderFigures(figures),
    ...charts,
    `Measured ${date.slice(0, 10)} on ${cpu}, ${cores} cores, ${memoryGb} GB; ov-llm ${version}, ${engine}.${others < disturbing ? "" : ` **Other programs took ${Math.round(others * 100)}% of the machine meanwhile**, so the figures are less reliable.`} To repeat: \`bun run bench --report --only ${name}\`.`,
  ].join("\n\n");
}

function renderRows(rows: LoadRow[]): string {
  const cells = rows.map(({ concurrency, name, tokensPerSecond, ratio, ttftMsP50, itlMsP50 }) => [
    String(concurrency),
    name === "raw" ? "raw engine" : name,
    renderNumber(tokensPerSecond),
    ratio === null ? "" : renderNumber(ratio),
    `${renderNumber(ttftMsP50)} ms`,
    `${renderNumber(itlMsP50)} ms`,
  ]);
  return renderTable(
    ["at once", "who", "tokens/s", "of raw", "first token, median", "between tokens, median"],
    cells,
  );
}

function renderFigures(figures: Measured["figures"]): string {
  const cells = figures.map(({ name, value, unit, goal, ok }) => {
    const [[kind, bound] = []] = Object.entries(goal ?? {});
    return [
      name,
      value === null ? "not measured" : `${renderNumber(value)} ${unit}`.trim(),
      kind === undefined ? "" : `${kind === "atLeast" ? "at least" : "at most"} ${bound}`,
      ok === null ? "" : ok ? "met" : "**missed**",
    ];
  });
  return renderTable(["figure", "value", "goal", ""], cells);
}

function renderTable(header: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(header), `|${"---|".repeat(header.length)}`, ...rows.map(line)].join("\n");
}
