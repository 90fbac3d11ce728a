import type { Static } from "@sinclair/typebox";
import { convertSettings } from "./settings/convert.ts";
import { limitsSettings } from "./settings/limits.ts";
import { loggingSettings } from "./settings/logging.ts";
import { modelsSettings } from "./settings/models.ts";
import { networkSettings } from "./settings/network.ts";
import { releaseSettings } from "./settings/release.ts";
import type { Setting, SettingCommand } from "./settings/setting.ts";

/** The one table of settings. Tests hold help texts, the start log, docs/settings.md and ov-server.service to it. */
export const settingsTable = {
  ...networkSettings,
  ...modelsSettings,
  ...limitsSettings,
  ...loggingSettings,
  ...convertSettings,
  ...releaseSettings,
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settingsTable;
export type Settings = { [Name in SettingName]: Static<(typeof settingsTable)[Name]["schema"]> };

/** The names of a command's settings, in the order of the table. */
export function settingNamesOf(command: SettingCommand): SettingName[] {
  const isName = (name: string): name is SettingName => Object.hasOwn(settingsTable, name);
  const rows = Object.entries<Setting>(settingsTable).filter(([, { commands }]) =>
    commands.includes(command),
  );
  return rows.map(([name]) => name).filter(isName);
}
