import type { CommandHelp } from "../help/describe.ts";

export function renderFish(commands: readonly CommandHelp[]): string {
  const lines = commands.flatMap((command) => [
    toLine("__fish_use_subcommand", `-f -a ${command.words} -d ${quoteFish(command.description)}`),
    ...renderCommand(command, `__fish_seen_subcommand_from ${command.words}`),
  ]);
  return `# Completion of ov-llm for fish.\n${lines.join("")}`;
}

/** `when`: fish's condition that the command was typed. */
function renderCommand(command: CommandHelp, when: string): string[] {
  const names = command.commands.map(({ words }) => words.split(" ").at(-1) ?? "");
  const before =
    names.length === 0 ? when : `${when}; and not __fish_seen_subcommand_from ${names.join(" ")}`;
  const flags = command.flags.map(({ name, value, text }) =>
    toLine(before, `-l ${name}${value === null ? "" : " -r"} -d ${quoteFish(text)}`),
  );
  const below = command.commands.flatMap((inner, row) => [
    toLine(before, `-f -a ${names[row]} -d ${quoteFish(inner.description)}`),
    ...renderCommand(inner, `${when}; and __fish_seen_subcommand_from ${names[row]}`),
  ]);
  const models = command.takesModel ? [toLine(before, "-f -a '(ov-llm completion models 2>/dev/null)'")] : [];
  return [...flags, ...models, ...below];
}

function toLine(when: string, rest: string): string {
  return `complete -c ov-llm -n ${quoteFish(when)} ${rest}\n`;
}

/** In fish's single quotes a backslash escapes a quote and itself. */
function quoteFish(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
