import type { LoadedSettings } from "./load.ts";
import type { Setting } from "./settings/setting.ts";
import { type SettingName, type Settings, settingNamesOf, settingsTable } from "./settings.ts";

/** The server's settings in force as text by their variable's name; a secret shows only that it is set. */
export function reportSettings({ settings, sources }: LoadedSettings): Record<string, string> {
  const rows = settingNamesOf("serve").map((name) => {
    const setting: Setting = settingsTable[name];
    const source = sources[name] === "default" ? "" : ` (${sources[name]})`;
    return [setting.env, `${renderValue(setting, settings[name])}${source}`] as const;
  });
  return Object.fromEntries(rows);
}

/** Of these, what is not the default: enough for whoever started the server at a terminal. */
export function reportChanges(loaded: LoadedSettings): Record<string, string> {
  const changed = new Set<string>(
    settingNamesOf("serve")
      .filter((name) => loaded.sources[name] !== "default")
      .map((name) => settingsTable[name].env),
  );
  return Object.fromEntries(Object.entries(reportSettings(loaded)).filter(([env]) => changed.has(env)));
}

function renderValue(setting: Setting, value: Settings[SettingName]): string {
  if (value === null || (Array.isArray(value) && value.length === 0)) return "-";
  return setting.secret ? "set" : String(value);
}
