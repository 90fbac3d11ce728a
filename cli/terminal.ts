import { fstatSync, writeFileSync } from "node:fs";
import { toSystemCode } from "../src/errors.ts";
import { createLog, type Log, type LogLevel } from "../src/log.ts";
import { wrap } from "./help/wrap.ts";

const styles = { bold: "1", red: "31", green: "32", yellow: "33", dim: "2" } as const;
export type Style = keyof typeof styles;

/**
 * Writes to stdout and waits until it is all out, so that the process may exit at once. Colours are left out
 * where stdout is no terminal or NO_COLOR is set. False: the reader left early, as `head` does, which is no error.
 */
export async function writeOut(text: string): Promise<boolean> {
  return await writeBytes(Bun.enableANSIColors ? text : Bun.stripANSI(text));
}

/** As `writeOut`, but the text as it is. */
export async function writeBytes(text: string): Promise<boolean> {
  try {
    // Bun.write empties a file for an empty text, and leaves a hole in one that is appended to.
    if (fstatSync(1).isFile()) writeFileSync(1, text);
    else await Bun.write(Bun.stdout, text);
    return true;
  } catch (error) {
    if (toSystemCode(error) !== "EPIPE") throw error;
    return false;
  }
}

/** Prints one line each, whatever the names in them hold. */
export async function writeLines(...lines: string[]): Promise<void> {
  await writeOut(lines.map((line) => `${toOneLine(line)}\n`).join(""));
}

/** `error: <message>` as one line on stderr, whatever the message holds. */
export function writeError(message: string): void {
  process.stderr.write(`error: ${toOneLine(message)}\n`);
}

/** What goes on inside a command, on stderr: errors, or with OV_LOG_LEVEL=debug all of it. */
export function createStderrLog({ logLevel }: { logLevel: LogLevel }): Log {
  const level = logLevel === "debug" ? "debug" : "error";
  return createLog({ level, timestamps: false, write: (line) => void process.stderr.write(line) });
}

export function paint(style: Style, text: string): string {
  return `\u001B[${styles[style]}m${text}\u001B[0m`;
}

/** Control characters of names and answers escaped, so that they can neither forge a line nor steer the terminal. */
export function toOneLine(text: string): string {
  return text
    .replace(/\s*\n\s*/g, " ")
    .replace(/\p{Cc}/gu, (control) => JSON.stringify(control).slice(1, -1));
}

/** How many columns the terminal has; null where stdout is none, or does not know. */
export function terminalWidth(): number | null {
  return process.stdout.isTTY ? process.stdout.columns || null : null;
}

/**
 * Columns padded to their widest cell, two spaces apart, the last one unpadded. Where that is wider than
 * `width`, each row after the header becomes a block of `HEADER  cell` lines instead.
 */
export function renderTable(header: string[], rows: string[][], width: number | null = null): string {
  const widths = toWidths(header, rows);
  if (width !== null && toTableWidth(header, rows) > width)
    return rows.map((row) => renderBlock(header, row)).join("\n");
  const styledHeader = header.map((title) => paint("bold", title));
  return [styledHeader, ...rows].map((row) => `${renderRow(row, widths)}\n`).join("");
}

/** A table without some of its columns. */
export interface FittedTable {
  header: string[];
  rows: string[][];
  /** The titles of the columns that are not in it. */
  leftOut: string[];
}

/** Leaves out columns of `expendable`, the first ones first, until the table fits `width`; null: it always fits. */
export function fitTable(
  header: string[],
  rows: string[][],
  width: number | null,
  expendable: readonly string[],
): FittedTable {
  let table: FittedTable = { header, rows, leftOut: [] };
  for (const title of expendable) {
    if (width === null || toTableWidth(table.header, table.rows) <= width) return table;
    const column = table.header.indexOf(title);
    const without = (row: string[]) => row.filter((_cell, index) => index !== column);
    table = {
      header: without(table.header),
      rows: table.rows.map(without),
      leftOut: [...table.leftOut, title],
    };
  }
  return table;
}

/** Rendered to the width, and below it as a sentence what did not fit; `leftTo`: where that is shown, such as `--json`. */
export function renderFitted(
  { header, rows, leftOut }: FittedTable,
  width: number | null,
  leftTo = "--json",
): string {
  const table = renderTable(header, rows, width);
  if (leftOut.length === 0) return table;
  return `${table}\n${wrap(renderLeftOut(leftOut, leftTo), width).join("\n")}\n`;
}

/** What a table lacks, as a sentence. */
export function renderLeftOut(leftOut: readonly string[], leftTo = "--json"): string {
  const verb = leftTo.includes(" and ") ? "have" : "has";
  return `Left out for lack of width: ${leftOut.join(", ")}. ${leftTo} ${verb} everything.`;
}

/** Lines of `LABEL  value`, the values under each other. */
export function renderBlock(labels: string[], values: string[]): string {
  const widest = Math.max(...labels.map((label) => Bun.stringWidth(label)));
  return labels
    .map((label, row) => `${renderRow([paint("bold", label), values[row] ?? ""], [widest, 0])}\n`)
    .join("");
}

function toWidths(header: string[], rows: string[][]): number[] {
  return header.map((title, column) => {
    const cells = [title, ...rows.map((row) => row[column] ?? "")];
    return Math.max(...cells.map((cell) => Bun.stringWidth(cell)));
  });
}

export function toTableWidth(header: string[], rows: string[][]): number {
  return toWidths(header, rows).reduce((sum, next) => sum + next + 2, -2);
}

function renderRow(cells: string[], widths: number[]): string {
  const padded = cells.map((cell, column) => {
    const missing = (widths[column] ?? 0) - Bun.stringWidth(cell);
    return column === cells.length - 1 ? cell : cell + " ".repeat(Math.max(0, missing));
  });
  return padded.join("  ").trimEnd();
}

/** `12 min`: a time in its largest whole unit. */
export function renderAge(seconds: number): string {
  const units: [string, number][] = [
    ["d", 86_400],
    ["h", 3600],
    ["min", 60],
  ];
  const [unit, size] = units.find(([, length]) => seconds >= length) ?? ["s", 1];
  return `${Math.max(0, Math.floor(seconds / size))} ${unit}`;
}
