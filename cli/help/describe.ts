import type { CommandDef } from "citty";

/** A command as help, completion and the man page show it. */
export interface CommandHelp {
  /** All its words, as `models add`; empty: ov-llm itself. */
  words: string;
  description: string;
  /** As `NAME` or `[MODEL]`. */
  arguments: { name: string; text: string }[];
  flags: FlagHelp[];
  commands: CommandHelp[];
  /** Its first argument is a registered model. */
  takesModel?: boolean;
}

export interface FlagHelp {
  /** Without the dashes. */
  name: string;
  /** Its short form, as `f`; null: none. */
  short: string | null;
  /** What its value is; null: it takes none. */
  value: string | null;
  text: string;
}

/** The commands of a table with all that is below them. */
export type Commands = Extract<NonNullable<CommandDef["subCommands"]>, Record<string, unknown>>;

export async function describeAll(commands: Commands, parent = ""): Promise<CommandHelp[]> {
  return await Promise.all(
    Object.entries(commands).map(async ([name, load]) => {
      const command = await (typeof load === "function" ? load() : load);
      return await describeCommand(command, `${parent} ${name}`.trim());
    }),
  );
}

export async function describeCommand(command: CommandDef, words: string): Promise<CommandHelp> {
  const [meta, args, below] = await Promise.all(
    [command.meta, command.args, command.subCommands].map(async (part) =>
      typeof part === "function" ? await part() : await part,
    ),
  );
  const isCommands = (value: unknown): value is Commands => typeof value === "object" && value !== null;
  const all = Object.entries(isArgs(args) ? args : {});
  return {
    words,
    description: toText(meta),
    arguments: all.filter(([, { type }]) => type === "positional").map(toArgument),
    flags: all.filter(([, { type }]) => type !== "positional").map(toFlag),
    commands: isCommands(below) ? await describeAll(below, words) : [],
    takesModel: all.some(([, { type, valueHint }]) => type === "positional" && valueHint === "model"),
  };
}

interface Arg {
  type?: string;
  description?: string;
  negativeDescription?: string;
  valueHint?: string;
  required?: boolean;
  default?: unknown;
  alias?: string | string[];
}

function isArgs(value: unknown): value is Record<string, Arg> {
  return typeof value === "object" && value !== null;
}

function toText(meta: unknown): string {
  const has = typeof meta === "object" && meta !== null && "description" in meta;
  return has && typeof meta.description === "string" ? meta.description : "";
}

function toArgument([name, { description = "", required }]: [string, Arg]) {
  const shown = name.toUpperCase();
  return { name: required === false ? `[${shown}]` : shown, text: description };
}

/** A switch that is on by default is shown as what turns it off. */
function toFlag([name, arg]: [string, Arg]): FlagHelp {
  const { type, description = "", negativeDescription, valueHint = "text" } = arg;
  const short = typeof arg.alias === "string" ? arg.alias : null;
  if (type !== "boolean") return { name, short, value: valueHint, text: description };
  const isNegative = arg.default === true && negativeDescription !== undefined;
  return isNegative
    ? { name: `no-${name}`, short: null, value: null, text: negativeDescription }
    : { name, short, value: null, text: description };
}
