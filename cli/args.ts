import { parseArgs } from "node:util";
import type { ArgsDef, StringArgDef } from "citty";
import { type Setting, type SettingName, settingsTable } from "../src/config/settings.ts";
import { UsageError } from "./action.ts";
import { renderBlock } from "./terminal.ts";

/** citty's arguments for settings, all that have a flag unless named. */
export function toSettingArgs(names?: SettingName[]): Record<string, StringArgDef & { type: "string" }> {
  const settings = Object.entries<Setting>(settingsTable).filter(
    ([name]) => names === undefined || names.some((wanted) => wanted === name),
  );
  return Object.fromEntries(
    settings.flatMap(([, setting]) =>
      setting.flag === null
        ? []
        : [
            [
              setting.flag,
              { type: "string" as const, description: describeSetting(setting), valueHint: setting.kind },
            ],
          ],
    ),
  );
}

// No citty default: every setting would then look as if its flag had been given.
function describeSetting(setting: Setting): string {
  const value = setting.default === null || setting.default === "" ? "unset" : setting.default;
  return `${setting.help} (${setting.env}, default: ${value})`;
}

/** Help for the settings that have no flag, for under the options. */
export function renderFlaglessSettings(): string {
  const settings = Object.values<Setting>(settingsTable).filter(({ flag }) => flag === null);
  const block = renderBlock(
    settings.map(({ env }) => `  ${env}`),
    settings.map(({ help }) => help),
  );
  return `From the environment or the settings file only:\n\n${block}`;
}

/** citty's parsed arguments back to the `flags` of loadSettings. */
export function toFlags(args: Record<string, unknown>): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.values<Setting>(settingsTable).flatMap(({ flag }) => {
      const value = flag === null ? undefined : args[flag];
      return flag !== null && typeof value === "string" ? [[flag, value]] : [];
    }),
  );
}

/**
 * What citty lets pass: an unknown flag, a flag without its value, a word too many. Throws UsageError.
 * `command` is the whole command as it was called, for the sentence.
 */
export function checkArgs(rawArgs: string[], args: ArgsDef, command: string): void {
  const known = toKnownFlags(args);
  const options = Object.fromEntries([...known].map(([name, type]) => [name, { type }]));
  const { tokens } = parseArgs({
    args: rawArgs,
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const help = `See "${command} --help".`;
  let positionals = Object.values(args).filter(({ type }) => type === "positional").length;
  for (const token of tokens) {
    if (token.kind === "positional" && --positionals < 0) {
      throw new UsageError(
        `Cannot use ${JSON.stringify(token.value)} with "${command}": it takes no such word. ${help}`,
      );
    }
    if (token.kind !== "option") continue;
    const type = known.get(token.name);
    const flag = token.rawName;
    if (type === undefined)
      throw new UsageError(`Unknown flag ${JSON.stringify(flag)} of "${command}". ${help}`);
    if (type === "string" && token.value === undefined) {
      throw new UsageError(`${flag} of "${command}" wants a value, as in "${flag} VALUE". ${help}`);
    }
    if (type === "boolean" && token.value !== undefined) {
      throw new UsageError(
        `${flag} of "${command}" takes no value, but got ${JSON.stringify(token.value)}. ${help}`,
      );
    }
  }
}

/** Every spelling that a command knows: names, aliases, `no-` before those of booleans. */
function toKnownFlags(args: ArgsDef): Map<string, "string" | "boolean"> {
  const pairs = Object.entries(args).flatMap(([name, arg]): [string, "string" | "boolean"][] => {
    if (arg.type === "positional") return [];
    const names = [name, ...("alias" in arg ? [arg.alias ?? []].flat() : [])];
    if (arg.type !== "boolean") return names.map((spelling) => [spelling, "string"]);
    return names.flatMap((spelling) => [
      [spelling, "boolean"],
      [`no-${spelling}`, "boolean"],
    ]);
  });
  return new Map(pairs);
}
