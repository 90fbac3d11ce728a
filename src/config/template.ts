import type { Setting } from "./settings/setting.ts";
import { settingsTable } from "./settings.ts";

/**
 * A settings file that changes nothing: each setting with its help and its default, commented out. Made
 * from the table, so that it cannot differ from the program.
 */
export function renderSettingsTemplate(): string {
  const blocks = Object.values<Setting>(settingsTable).map(
    (setting) => `# ${setting.help}\n#${setting.env}=${setting.default ?? ""}\n`,
  );
  return [preamble, ...blocks].join("\n");
}

const preamble = `# Settings of ov-llm. Remove the # before a line to set it; the values shown are the defaults.
# Precedence: flags, environment, this file, defaults.
# After a change: systemctl --user restart ov-server
`;
