import { statSync } from "node:fs";
import { isIP } from "node:net";
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

function renderValue(setting: Setting, value: Settings[SettingName]): string {
  if (value === null || (Array.isArray(value) && value.length === 0)) return "-";
  return setting.secret ? "set" : String(value);
}

/** What a start should warn of, as sentences. */
export function findWarnings({ settings, sources, settingsFile, unknown }: LoadedSettings): string[] {
  const warnings = unknown.map((key) => `${settingsFile} sets ${key}, which ov-llm does not know`);
  if (settings.apiKey === null && settings.apiKeyFile === null && !isLoopback(settings.host)) {
    warnings.push(
      `Listening on ${settings.host} without an API key: everyone who reaches this machine can use it. Set OV_API_KEY or OV_API_KEY_FILE.`,
    );
  }
  if (sources.apiKey === "file" && isReadableByOthers(settingsFile)) {
    const file = JSON.stringify(settingsFile);
    warnings.push(`Other users of this machine can read OV_API_KEY in ${file}: run chmod 600 ${file}.`);
  }
  return warnings;
}

function isReadableByOthers(path: string): boolean {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0;
  return (mode & 0o044) !== 0;
}

function isLoopback(host: string): boolean {
  if (isIP(host) === 4) return host.startsWith("127.");
  return host === "localhost" || host === "::1";
}
