import { OvError, toReason } from "../errors.ts";
import { readTextFile } from "../files.ts";
import type { Settings } from "./settings.ts";

/** An API key and whose it is; the name is for the log, several keys may share one. */
export interface NamedKey {
  name: string;
  key: string;
}

type KeySettings = Pick<Settings, "apiKey" | "apiKeyFile">;

const line = /^([\w.@-]{1,64})(?:\s*:\s*|\s+)(\S{8,})$/;

/**
 * The keys that open this server: OV_API_KEY, named `default`, and those of OV_API_KEY_FILE. None: it requires none.
 * Throws `invalid_setting` for a file that cannot be read, has a line of another form, or contains no key.
 */
export function readKeys({ apiKey, apiKeyFile }: KeySettings): NamedKey[] {
  const single = apiKey === null ? [] : [{ name: "default", key: apiKey }];
  return apiKeyFile === null ? single : [...single, ...parseKeys(readText(apiKeyFile), apiKeyFile)];
}

/** `name: key` or `name key` on each line; blank lines and `#` comments count as nothing. Never quotes a line. */
export function parseKeys(text: string, path: string): NamedKey[] {
  const rows = text.split("\n").map((row) => row.trim());
  const keys = rows.flatMap((row, index) => {
    if (row === "" || row.startsWith("#")) return [];
    const [, name, key] = line.exec(row) ?? [];
    if (name !== undefined && key !== undefined) return [{ name, key }];
    const form = "expected `name: key` with a key of at least 8 characters";
    throw unusable(path, `line ${index + 1} (not shown) is not a key: ${form}`);
  });
  if (keys.length === 0) throw unusable(path, "it contains no key, so no client could use the server");
  return keys;
}

function readText(path: string): string {
  try {
    return readTextFile(path).replace(/^\uFEFF/, "");
  } catch (error) {
    throw unusable(path, toReason(error));
  }
}

function unusable(path: string, reason: string): OvError {
  const message = `Cannot use the keys of ${JSON.stringify(path)} (OV_API_KEY_FILE): ${reason}. Correct it or leave the setting out.`;
  return new OvError("invalid_setting", message, { param: "OV_API_KEY_FILE" });
}
