import { convertSettings } from "../../src/config/settings/convert.ts";
import { limitsSettings } from "../../src/config/settings/limits.ts";
import { loggingSettings } from "../../src/config/settings/logging.ts";
import { modelsSettings } from "../../src/config/settings/models.ts";
import { networkSettings } from "../../src/config/settings/network.ts";
import type { Setting } from "../../src/config/settings/setting.ts";
import type { CommandHelp, FlagHelp } from "./describe.ts";

export interface Group<T> {
  title: string;
  rows: T[];
}

/** A command that is in none is shown among the last. */
const commandGroups: [title: string, names: string[]][] = [
  ["Use a model", ["chat"]],
  ["Manage models", ["pull", "catalog", "list", "show", "rm", "convert", "tune", "models"]],
  [
    "Run the server",
    ["serve", "health", "doctor", "mesh", "ps", "stop", "status", "start", "stop-server", "restart", "logs"],
  ],
];

export function groupCommands(commands: readonly CommandHelp[]): Group<CommandHelp>[] {
  return toGroups(commands, commandGroups, ({ words }) => words, "Installation and information");
}

const flagGroups: [title: string, names: string[]][] = [
  ["Network", flagsOf(networkSettings)],
  ["Models", flagsOf(modelsSettings)],
  ["Limits", flagsOf(limitsSettings)],
  ["Logging", flagsOf(loggingSettings)],
  ["Conversion", flagsOf(convertSettings)],
];

/** So few need no titles. */
const fewFlags = 15;

export function groupFlags(flags: readonly FlagHelp[]): Group<FlagHelp>[] {
  if (flags.length <= fewFlags) return flags.length === 0 ? [] : [{ title: "Options", rows: [...flags] }];
  return toGroups(flags, flagGroups, ({ name }) => name, "Options");
}

function flagsOf(settings: Record<string, Setting>): string[] {
  return Object.values(settings).flatMap(({ flag }) => flag ?? []);
}

function toGroups<T>(
  rows: readonly T[],
  groups: readonly [title: string, names: string[]][],
  nameOf: (row: T) => string,
  rest: string,
): Group<T>[] {
  const known = new Set(groups.flatMap(([, names]) => names));
  const named = groups.map(([title, names]) => ({
    title,
    rows: rows.filter((row) => names.includes(nameOf(row))),
  }));
  const others = { title: rest, rows: rows.filter((row) => !known.has(nameOf(row))) };
  return [...named, others].filter((group) => group.rows.length > 0);
}
