import { version } from "../../src/version.ts";
import { paint } from "../terminal.ts";
import type { CommandHelp, FlagHelp } from "./describe.ts";
import { examples } from "./examples.ts";
import { groupCommands, groupFlags } from "./groups.ts";
import { wrap } from "./wrap.ts";

/** A label that is wider stands on a line of its own. */
const widestLabel = 28;
const widestText = 100;

type Row = [label: string, text: string];

/** The help of a command. `width`: columns of the terminal; null: no terminal, so each text stays on one line. */
export function renderHelp(help: CommandHelp, width: number | null, notes = ""): string {
  const columns = width === null ? null : Math.min(width, widestText);
  const section = (title: string, rows: Row[]) =>
    rows.length === 0 ? [] : [`${paint("bold", title)}\n\n${renderRows(rows, columns)}`];
  const toCommandRow = ({ words, description }: CommandHelp): Row => [
    words.split(" ").at(-1) ?? "",
    description,
  ];
  const groups =
    help.words === "" ? groupCommands(help.commands) : [{ title: "Commands", rows: help.commands }];
  const title = `${help.description} (ov-llm ${version})`;
  return [
    `${wrap(title, columns).join("\n")}\n`,
    `${paint("bold", "Usage:")} ${toUsage(help)}\n`,
    ...section(
      "Arguments",
      help.arguments.map(({ name, text }): Row => [name, text]),
    ),
    ...groups.flatMap(({ title, rows }) => section(title, rows.map(toCommandRow))),
    ...groupFlags(help.flags).flatMap(({ title, rows }) =>
      section(
        title,
        rows.map((flag): Row => [toFlagLabel(flag), flag.text]),
      ),
    ),
    ...renderExamples(help),
    ...(notes === "" ? [] : [notes]),
    ...(help.commands.length > 0 ? [`Help for one: ${toCall(help)} COMMAND --help\n`] : []),
  ].join("\n");
}

/** `--name`, `-f, --follow` or `--port=<integer>` */
export function toFlagLabel({ name, short, value }: Omit<FlagHelp, "text">): string {
  const long = value === null ? `--${name}` : `--${name}=<${value}>`;
  return short === null ? long : `-${short}, ${long}`;
}

export function toUsage(help: CommandHelp): string {
  const parts = [
    toCall(help),
    ...(help.flags.length > 0 ? ["[OPTIONS]"] : []),
    ...(help.commands.length > 0 ? [help.words === "" ? "COMMAND" : "[COMMAND]"] : []),
    ...help.arguments.map(({ name }) => name),
  ];
  return parts.join(" ");
}

function toCall({ words }: CommandHelp): string {
  return `ov-llm ${words}`.trim();
}

function renderExamples({ words }: CommandHelp): string[] {
  const lines = Object.hasOwn(examples, words) ? (examples[words] ?? []) : [];
  if (lines.length === 0) return [];
  return [`${paint("bold", "Examples")}\n\n${lines.map((line) => `  ${line}\n`).join("")}`];
}

function renderRows(rows: readonly Row[], columns: number | null): string {
  const labels = rows.map(([label]) => label.length).filter((length) => length <= widestLabel);
  const indent = Math.max(0, ...labels) + 4;
  return rows.map((row) => renderRow(row, indent, columns)).join("");
}

function renderRow([label, text]: Row, indent: number, columns: number | null): string {
  const [first = "", ...rest] = wrap(text, columns === null ? null : columns - indent);
  const space = " ".repeat(indent);
  const isWide = columns !== null && label.length + 4 > indent;
  const start = isWide ? `  ${label}\n${space}${first}` : `  ${label.padEnd(indent - 4)}  ${first}`;
  return [start, ...rest.map((line) => space + line)].map((line) => `${line.trimEnd()}\n`).join("");
}
