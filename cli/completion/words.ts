import type { CommandHelp } from "../help/describe.ts";

/** A word that may follow a command. */
export interface Word {
  word: string;
  text: string;
}

/** What may follow each command, by its words; "" has the commands themselves. */
export function listWords(commands: readonly CommandHelp[]): Map<string, Word[]> {
  const words = new Map([["", commands.map(toWord)]]);
  const add = (command: CommandHelp) => {
    const flags = command.flags.map(({ name, text }) => ({ word: `--${name}`, text }));
    const help = { word: "--help", text: "Show its help" };
    words.set(command.words, [...command.commands.map(toWord), ...flags, help]);
    command.commands.forEach(add);
  };
  commands.forEach(add);
  return words;
}

/** The words of all commands whose first argument is a registered model. */
export function listModelCommands(commands: readonly CommandHelp[]): string[] {
  return commands.flatMap(({ words, takesModel, commands: below }) => [
    ...(takesModel ? [words] : []),
    ...listModelCommands(below),
  ]);
}

function toWord({ words, description }: CommandHelp): Word {
  return { word: words.split(" ").at(-1) ?? "", text: description };
}
