import { statSync } from "node:fs";
import { isIP } from "node:net";
import { findNearest } from "../nearest.ts";
import type { LoadedSettings } from "./load.ts";
import { type Settings, settingsTable } from "./settings.ts";

/** What a start should warn of, as sentences. */
export function findWarnings({
  settings,
  sources,
  settingsFile,
  unknown,
  mistyped,
}: LoadedSettings): string[] {
  return [
    ...unknown.map((key) => `${settingsFile} sets ${key}, which ov-llm does not know${guess(key)}`),
    ...mistyped.map((key) => `The environment sets ${key}, which ov-llm does not know${guess(key)}`),
    ...findOpenness(settings),
    ...findKeylessPort(settings),
    ...(sources.apiKey === "file" ? findReadableKey(settingsFile) : []),
    ...findKeyFileWarnings(settings),
  ];
}

function guess(key: string): string {
  const [near] = findNearest(
    key,
    Object.values(settingsTable).map(({ env }) => env),
  );
  return near === undefined ? "" : `; did you mean ${near}?`;
}

function findOpenness({ apiKey, apiKeyFile, host }: Settings): string[] {
  if (apiKey !== null || apiKeyFile !== null || isLoopback(host)) return [];
  return [
    `Listening on ${host} without an API key: everyone who reaches this machine can use it. Set OV_API_KEY or OV_API_KEY_FILE.`,
  ];
}

/** A protocol without keys is open where the rest is not. */
function findKeylessPort({ apiKey, apiKeyFile, host, wyomingPort }: Settings): string[] {
  if (wyomingPort === null || isLoopback(host) || (apiKey === null && apiKeyFile === null)) return [];
  return [
    `The Wyoming protocol has no keys: everyone who reaches port ${wyomingPort} of this machine can have speech transcribed.`,
  ];
}

/** That others than the owner can read the key in the settings file. */
function findReadableKey(settingsFile: string): string[] {
  const mode = statSync(settingsFile, { throwIfNoEntry: false })?.mode ?? 0;
  if ((mode & 0o044) === 0) return [];
  const file = JSON.stringify(settingsFile);
  return [`Other users of this machine can read OV_API_KEY in ${file}: run chmod 600 ${file}.`];
}

export function isLoopback(host: string): boolean {
  if (isIP(host) === 4) return host.startsWith("127.");
  return host === "localhost" || host === "::1";
}

/** That others than the owner can read the keys. */
export function findKeyFileWarnings({ apiKeyFile }: Pick<Settings, "apiKeyFile">): string[] {
  if (apiKeyFile === null || (statSync(apiKeyFile).mode & 0o077) === 0) return [];
  const file = JSON.stringify(apiKeyFile);
  return [`Other users of this machine can read the API keys in ${file}: run chmod 600 ${file}.`];
}
