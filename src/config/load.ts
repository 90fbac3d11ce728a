import { homedir } from "node:os";
import { parseEnv } from "node:util";
import { Value } from "@sinclair/typebox/value";
import { OvError, toReason, toSystemCode } from "../errors.ts";
import { readTextFile } from "../files.ts";
import { findNearest } from "../nearest.ts";
import { parseSetting } from "./parse.ts";
import { defaultPaths, expandPath } from "./paths.ts";
import type { Setting } from "./settings/setting.ts";
import { type SettingName, type Settings, settingsTable } from "./settings.ts";

export type SettingSource = "flag" | "env" | "file" | "default";
type Texts = Record<string, string | undefined>;

export interface LoadOptions {
  /** By flag name without the dashes, as `model-path`; others are ignored. */
  flags?: Texts;
  env?: Texts;
  home?: string;
  /** Instead of `~/.config/ov-llm-server/ov-server.env`. */
  settingsFile?: string;
}

export interface LoadedSettings {
  settings: Settings;
  sources: Record<SettingName, SettingSource>;
  /** The file that was looked for, whether or not there is one. */
  settingsFile: string;
  /** OV_ keys of that file which ov-llm does not know; worth a warning. */
  unknown: string[];
  /** The same of the environment, where only those that are near a setting are meant for ov-llm. */
  mistyped: string[];
  /** The process's own variables, for the programs that it starts. */
  variables: Texts;
}

/**
 * The settings in force: flag, else environment, else settings file, else default; an empty value counts as
 * unset. Throws `invalid_setting` for a value that is not allowed and for a file that cannot be read.
 */
export function loadSettings(options: LoadOptions = {}): LoadedSettings {
  const { flags = {}, env = process.env, home = homedir() } = options;
  const settingsFile = expandPath(options.settingsFile ?? defaultPaths.settingsFile, home);
  const file = readSettingsFile(settingsFile);
  const found = settingNames().map((name) => [name, findText(name, { flags, env, file })] as const);
  const settings: unknown = Object.fromEntries(
    found.map(([name, { text, source }]) => [name, toValue(name, text, { source, settingsFile, home })]),
  );
  const sources: unknown = Object.fromEntries(found.map(([name, { source }]) => [name, source]));
  if (!isSettings(settings) || !isSources(sources))
    throw new TypeError("The settings table contradicts itself");
  return {
    settings,
    sources,
    settingsFile,
    unknown: findUnknown(file),
    mistyped: findMistyped(env),
    variables: env,
  };
}

function findText(
  name: SettingName,
  { flags, env, file }: { flags: Texts; env: Texts; file: Texts },
): { text: string; source: SettingSource } {
  const setting: Setting = settingsTable[name];
  const candidates: [SettingSource, string | undefined][] = [
    ["flag", setting.flag === null ? undefined : flags[setting.flag]],
    ["env", env[setting.env]],
    ["file", file[setting.env]],
  ];
  for (const [source, text] of candidates) {
    if (text !== undefined && text.trim() !== "") return { text, source };
  }
  return { text: setting.default ?? "", source: "default" };
}

interface Origin {
  source: SettingSource;
  settingsFile: string;
  home: string;
}

function toValue(name: SettingName, text: string, origin: Origin): unknown {
  const parsed = parseSetting(name, text, origin.home);
  if ("value" in parsed) return parsed.value;
  const setting: Setting = settingsTable[name];
  const value = setting.secret ? "the value (secret, not shown)" : JSON.stringify(text);
  throw new OvError(
    "invalid_setting",
    `Cannot use ${value} for ${renderOrigin(setting, origin)}: expected ${parsed.expected}. Correct it or leave it out.`,
    { param: setting.env },
  );
}

function renderOrigin(setting: Setting, { source, settingsFile }: Origin): string {
  switch (source) {
    case "flag":
      return `--${setting.flag}`;
    case "env":
      return `${setting.env} from the environment`;
    case "file":
      return `${setting.env} from ${JSON.stringify(settingsFile)}`;
    case "default":
      return `${setting.env} by default`;
  }
}

function readSettingsFile(path: string): Texts {
  try {
    return parseEnv(quoteHashes(readTextFile(path).replace(/^\uFEFF/, "")));
  } catch (error) {
    if (toSystemCode(error) === "ENOENT") return {};
    throw new OvError(
      "invalid_setting",
      `Cannot read the settings file ${JSON.stringify(path)} (${toReason(error)}). Make it a readable file or remove it.`,
      { cause: error },
    );
  }
}

/**
 * As for a shell and for systemd, a `#` within a word or at its start, directly after the `=`, is part of it; `parseEnv` starts a
 * comment there and would cut a key. A value that continues on the next line stays as it is.
 */
function quoteHashes(text: string): string {
  const value =
    /^(\s*(?:export\s+)?OV_\w+[ \t]*=(?:(?=#\S)|[ \t]*(?!#)))([^\s'"`][^\n\r]*?)(?<!\\)(?=\s+#|\s*$)/gm;
  return text.replace(value, (whole, start: string, value: string) => {
    const quote = ["'", "`"].find((one) => !value.includes(one));
    return value.includes("#") && quote !== undefined ? `${start}${quote}${value}${quote}` : whole;
  });
}

function findMistyped(env: Texts): string[] {
  const known = Object.values(settingsTable).map((setting) => setting.env);
  return findUnknown(env).filter((key) => findNearest(key, known).length > 0);
}

function findUnknown(file: Texts): string[] {
  const known = new Set<string>(Object.values(settingsTable).map(({ env }) => env));
  return Object.keys(file).filter((key) => key.startsWith("OV_") && !known.has(key));
}

function settingNames(): SettingName[] {
  return Object.keys(settingsTable).filter((name): name is SettingName => Object.hasOwn(settingsTable, name));
}

function isSettings(value: unknown): value is Settings {
  const values = new Map(Object.entries(value ?? {}));
  return settingNames().every((name) => Value.Check(settingsTable[name].schema, values.get(name)));
}

function isSources(value: unknown): value is Record<SettingName, SettingSource> {
  const sources = new Set(["flag", "env", "file", "default"]);
  const values = new Map(Object.entries(value ?? {}));
  return settingNames().every((name) => sources.has(String(values.get(name))));
}
