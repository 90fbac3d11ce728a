import { parseArgs } from "node:util";
import type { ArgsDef, BooleanArgDef, StringArgDef } from "citty";
import type { Setting } from "../src/config/settings/setting.ts";
import { type SettingName, settingNamesOf, settingsTable } from "../src/config/settings.ts";
import { findNearest } from "../src/nearest.ts";
import { UsageError } from "./action.ts";
import { renderBlock } from "./terminal.ts";

type SettingArg = (StringArgDef & { type: "string" }) | (BooleanArgDef & { type: "boolean" });

/** citty's arguments for settings, all of `serve` that have a flag unless named. */
export function toSettingArgs(
  names: readonly SettingName[] = settingNamesOf("serve"),
): Record<string, SettingArg> {
  const settings = Object.entries<Setting>(settingsTable).filter(([name]) =>
    names.some((one) => one === name),
  );
  return Object.fromEntries(settings.flatMap(([, setting]) => toArgs(setting)));
}

/** Where a client of the running server finds it. */
export function toServerArgs(): Record<string, SettingArg> {
  const { host, port } = settingsTable;
  const key = {
    type: "string",
    description: "Its API key (default: OV_API_KEY)",
    valueHint: "text",
  } as const;
  return Object.fromEntries([
    ...toArgs({ ...host, help: "Address of the running server" }),
    ...toArgs({ ...port, help: "Port of the running server" }),
    ["api-key", key],
  ]);
}

function toArgs(setting: Setting): [flag: string, arg: SettingArg][] {
  return setting.flag === null ? [] : [[setting.flag, toArg(setting)]];
}

function toArg(setting: Setting): SettingArg {
  const description = describeSetting(setting);
  if (setting.kind === "switch") return { type: "boolean", description };
  return { type: "string", description, valueHint: setting.kind };
}

// No citty default: every setting would then look as if its flag had been given.
function describeSetting(setting: Setting): string {
  const value = setting.default === null || setting.default === "" ? "unset" : setting.default;
  return `${setting.help} (${setting.env}, default: ${value})`;
}

/** Help for the settings of `serve` that have no flag, for under its options. */
export function renderFlaglessSettings(): string {
  const settings = listFlaglessSettings();
  const block = renderBlock(
    settings.map(([env]) => `  ${env}`),
    settings.map(([, help]) => help),
  );
  return `From the environment or the settings file only:\n\n${block}`;
}

/** Help for one setting, by its variable. Throws UsageError. */
export function renderSetting(variable: string): string {
  const all = Object.values<Setting>(settingsTable);
  const setting = all.find(({ env }) => env === variable);
  if (setting === undefined) {
    const [near] = findNearest(
      variable,
      all.map(({ env }) => env),
    );
    const guess = near === undefined ? "docs/settings.md lists them." : `Did you mean ${near}?`;
    throw new UsageError(`There is no setting ${JSON.stringify(variable)}. ${guess}`);
  }
  const flag =
    setting.flag === null ? "no flag" : `--${setting.flag} of ov-llm ${setting.commands.join(", ")}`;
  return `${setting.env} (${flag})\n\n  ${describeSetting(setting)}\n`;
}

/** The settings of `serve` that have no flag: variable and help. */
export function listFlaglessSettings(): [env: string, help: string][] {
  return settingNamesOf("serve")
    .map((name): Setting => settingsTable[name])
    .filter(({ flag }) => flag === null)
    .map(({ env, help }) => [env, help]);
}

/** citty's parsed arguments back to the `flags` of loadSettings. */
export function toFlags(args: Record<string, unknown>): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.values<Setting>(settingsTable).flatMap(({ flag }) => {
      const value = flag === null ? undefined : args[flag];
      const isGiven = typeof value === "string" || typeof value === "boolean";
      return flag !== null && isGiven ? [[flag, String(value)]] : [];
    }),
  );
}

/** All values of a flag that may be given more than once, in their order; citty keeps the last alone. */
export function readRepeated(rawArgs: string[], args: ArgsDef, flag: string): string[] {
  return tokenize(rawArgs, toKnownFlags(args)).flatMap((token) =>
    token.kind === "option" && token.name === flag && token.value !== undefined ? [token.value] : [],
  );
}

/**
 * What citty lets pass: an unknown flag, a flag without its value, an argument too many or too few. Throws UsageError.
 * A positional whose name ends in `...` takes any number of them. `command` is the whole command as it was
 * called, for the error.
 */
export function checkArgs(rawArgs: string[], args: ArgsDef, command: string): void {
  const known = toKnownFlags(args);
  const help = `See "${command} --help".`;
  const expected = Object.entries(args).filter(([, { type }]) => type === "positional");
  const most = expected.at(-1)?.[0].endsWith("...") === true ? Number.POSITIVE_INFINITY : expected.length;
  let words = 0;
  for (const token of tokenize(rawArgs, known)) {
    if (token.kind === "positional" && ++words > most) {
      throw new UsageError(
        `Cannot use ${JSON.stringify(token.value)} with "${command}": it takes no such argument. ${help}`,
      );
    }
    if (token.kind !== "option") continue;
    const type = known.get(token.name);
    const flag = token.rawName;
    if (type === undefined) {
      const [near] = findNearest(
        token.name,
        [...known.keys()].filter((name) => name.length > 1),
      );
      const guess = near === undefined ? "" : ` Did you mean --${near}?`;
      throw new UsageError(
        `Unknown flag ${JSON.stringify(flag)} of "${command}".${adviseVariable(token.name) ?? guess} ${help}`,
      );
    }
    if (type === "string" && token.value === undefined) {
      throw new UsageError(`${flag} of "${command}" requires a value, as in "${flag} VALUE". ${help}`);
    }
    if (type === "boolean" && token.value !== undefined) {
      throw new UsageError(
        `${flag} of "${command}" takes no value, but got ${JSON.stringify(token.value)}. ${help}`,
      );
    }
  }
  const missing = expected.slice(words).find(([, { required }]) => required !== false)?.[0];
  if (missing !== undefined) {
    const name = missing.replace(/\.\.\.$/, "").toUpperCase();
    throw new UsageError(`"${command}" requires ${name}. ${help}`);
  }
}

/** For a secret that would be seen as a flag by other users of the machine; null: it is none. */
function adviseVariable(flag: string): string | null {
  const variable = `OV_${flag.toUpperCase().replaceAll("-", "_")}`;
  const isOne = listFlaglessSettings().some(([env]) => env === variable);
  return isOne ? ` Set ${variable} instead, in the environment or the settings file.` : null;
}

function tokenize(rawArgs: string[], known: ReadonlyMap<string, "string" | "boolean">) {
  const options = Object.fromEntries([...known].map(([name, type]) => [name, { type }]));
  return parseArgs({ args: rawArgs, options, strict: false, allowPositionals: true, tokens: true }).tokens;
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
