import { renderBytes } from "../../src/bytes.ts";
import {
  type estimateSpeed,
  type Fit,
  type KnownModel,
  type Memory,
  type ModelNeeds,
  nameTask,
} from "../../src/library/known-models.ts";
import { wrap } from "../help/wrap.ts";
import { fitTable, renderLeftOut, renderTable, toTableWidth } from "../terminal.ts";

export type Listed = KnownModel & {
  fits: Fit["format"];
  fit: Fit;
  estimates: ModelNeeds;
  speed: ReturnType<typeof estimateSpeed>;
};

const header = [
  "NAME",
  "TASK",
  "HUB",
  "INT4",
  "INT8",
  "MEMORY",
  "TO CONVERT",
  "FITS",
  "SPEED",
  "TOOLS",
  "LICENCE",
  "READY-MADE",
  "GOOD AT",
];

/** What a narrow terminal leaves out, in this order. */
const expendable = [
  "LICENCE",
  "READY-MADE",
  "TO CONVERT",
  "INT8",
  "HUB",
  "TASK",
  "MEMORY",
  "TOOLS",
  "INT4",
  "SPEED",
];
/** What the last column may have at least; it is broken into lines of that width or more. */
const leastForWords = 26;

/** `width`: columns; null: no terminal. */
export function renderCatalog(listed: Listed[], { total, withSwap }: Memory, width: number | null): string {
  if (listed.length === 0) return "None of the models fits this machine: see them all without --fits.\n";
  const { table, leftOut } = renderModels(listed.map(toRow), width);
  const has = (title: string) => !leftOut.includes(title);
  const ready = has("READY-MADE") ? [] : [...listed.flatMap(toReadyLine), ""];
  const machine = `This machine has ${renderBytes(total)}, with swap ${renderBytes(withSwap)}.`;
  const notes = [
    ...(leftOut.length > 0 ? [renderLeftOut(leftOut)] : []),
    "Sizes are estimates, from the number of parameters. INT4, INT8: on disk. MEMORY: to serve it, at int4 to int8.",
    "SPEED: of an answer at int4, on memory of 50 GB/s: fast, pleasant to read along with, slow.",
    `${has("TO CONVERT") ? "TO CONVERT: memory, once, with swap. " : ""}${machine}`,
    "FITS: the best format that it serves with a fifth of its memory left, and can convert; (ready-made): to pull by that name only, without conversion.",
    ...(has("LICENCE") ? ["(terms): accept them on the hub first."] : []),
    "Get one with `ov-llm pull NAME --weight-format int4`, or another model of the hub with `ov-llm pull OWNER/MODEL`.",
  ];
  return `${table}\n${[...ready, ...notes.flatMap((note) => wrap(note, width))].join("\n")}\n`;
}

function renderModels(rows: string[][], width: number | null): { table: string; leftOut: string[] } {
  if (width === null) return { table: renderTable(header, rows), leftOut: [] };
  const others = (row: string[]) => row.slice(0, -1);
  const fitted = fitTable(others(header), rows.map(others), width - leastForWords - 2, expendable);
  const taken = toTableWidth(fitted.header, fitted.rows);
  const broken = rows.flatMap((row, at) => {
    const [first = "", ...more] = wrap(row.at(-1) ?? "", width - taken - 2);
    return [
      [...(fitted.rows[at] ?? []), first],
      ...more.map((line) => [...fitted.header.map(() => ""), line]),
    ];
  });
  return { table: renderTable([...fitted.header, header.at(-1) ?? ""], broken), leftOut: fitted.leftOut };
}

/** The name by which such a model is pulled, where its column has no room. */
function toReadyLine({ name, ready, fit }: Listed): string[] {
  return fit.format !== null && fit.by === "ready_made" ? [`Ready-made ${name}: ov-llm pull ${ready}`] : [];
}

function toRow(model: Listed): string[] {
  const { int4, int8, memoryInt4, memoryInt8, conversion } = model.estimates;
  return [
    model.name,
    nameTask(model),
    model.repo,
    renderBytes(int4),
    renderBytes(int8),
    renderRange(memoryInt4, memoryInt8),
    renderBytes(conversion),
    renderFit(model.fit),
    model.speed?.int4 ?? "-",
    model.tools ? "yes" : "no",
    model.gated ? `${model.licence} (terms)` : model.licence,
    model.ready ?? "-",
    model.good_at,
  ];
}

function renderFit(fit: Fit): string {
  if (fit.format === null) return fit.lacks_memory_to === "serve" ? "no" : "not to convert";
  return fit.by === "conversion" ? fit.format : `${fit.format} (ready-made)`;
}

/** `1.6 GB` where rounding leaves nothing between the two. */
function renderRange(least: number, most: number): string {
  const [from, to] = [renderBytes(least), renderBytes(most)];
  return from === to ? from : `${from} to ${to}`;
}
