import { version } from "../../src/version.ts";
import type { CommandHelp } from "./describe.ts";
import { examples } from "./examples.ts";
import { toFlagLabel, toUsage } from "./render.ts";

/** The manual page of all commands, as man(7) has it. `settings`: those of `serve` without a flag, as variable and text. */
export function renderMan(program: CommandHelp, settings: readonly [string, string][]): string {
  const all = program.commands.flatMap((command) => [command, ...command.commands]);
  return [
    `.TH OV\\-LLM 1 "" "ov-llm ${version}" "User Commands"\n`,
    `.SH NAME\nov-llm \\- ${toRoff(program.description)}\n`,
    `.SH SYNOPSIS\n.B ov-llm\n.I COMMAND\n[OPTIONS]\n`,
    `.SH COMMANDS\n`,
    ...all.map(renderCommand),
    `.SH ENVIRONMENT\nEvery flag of serve and convert has the variable that its text names. These have no flag:\n`,
    ...settings.map(([name, text]) => toItem(name, text)),
    `.SH FILES\n${toItem("~/.config/ov-llm-server/ov-server.env", "Settings of the service: the same variables, one NAME=value per line.")}`,
    `.SH EXAMPLES\n.nf\n${Object.values(examples)
      .flat()
      .map((line) => `${toRoff(line)}\n`)
      .join("")}.fi\n`,
  ].join("");
}

function renderCommand(command: CommandHelp): string {
  const { description, flags } = command;
  const rows = [
    ...command.arguments.map(({ name, text }) => toItem(name, text)),
    ...flags.map((flag) => toItem(toFlagLabel(flag), flag.text)),
  ];
  return `.SS ${toRoff(toUsage(command))}\n${toRoff(description)}.\n${rows.join("")}`;
}

function toItem(label: string, text: string): string {
  return `.TP\n.B ${toRoff(label)}\n${toRoff(text)}\n`;
}

/** What roff would read as its own: backslashes, hyphens, dots or quotes at the start of a line, and all that is not ASCII. */
function toRoff(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/^[.']/gm, "\\&$&")
    .replace(
      /[^\p{ASCII}]/gu,
      (char) => `\\[u${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}]`,
    );
}
