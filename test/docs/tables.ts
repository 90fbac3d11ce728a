/**
 * The parts of the documents that are made from the source. `bun test/docs/tables.ts` writes them; the tests beside it
 * hold them.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Setting } from "../../src/config/settings/setting.ts";
import { settingsTable } from "../../src/config/settings.ts";
import { errorCatalogue } from "../../src/errors.ts";

const root = join(import.meta.dir, "../..");

interface MadePart {
  file: string;
  /** Stands between `<!-- name: …` and `<!-- /name -->`. */
  name: string;
  render: () => string;
}

export const madeParts: MadePart[] = [
  { file: "docs/settings.md", name: "settings", render: renderSettings },
  { file: "docs/api.md", name: "errors", render: renderErrors },
];

function renderSettings(): string {
  const rows = Object.values<Setting>(settingsTable).map(({ env, flag, commands, default: value, help }) => {
    const cells = [
      `\`${env}\``,
      flag ? `\`--${flag}\`` : "",
      commands.join(", "),
      value ? `\`${value}\`` : "",
      help,
    ];
    return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  });
  return ["| variable | flag | of | default | |", "|---|---|---|---|---|", ...rows].join("\n");
}

function renderErrors(): string {
  const rows = Object.entries(errorCatalogue).map(
    ([code, { status, type }]) => `| \`${code}\` | ${status} | ${type} |`,
  );
  return ["| code | status | type |", "|---|---|---|", ...rows].join("\n");
}

/** The document's text with this part rewritten. Throws when the document has no place for it. */
export function withPart(text: string, { file, name, render }: MadePart): string {
  const place = new RegExp(`(<!-- ${name}:[^\n]*-->\n)[^]*?(<!-- /${name} -->)`);
  if (!place.test(text)) throw new Error(`${file} has no place for "${name}"`);
  return text.replace(place, (_, begin: string, end: string) => `${begin}${render()}\n${end}`);
}

export function readDocument(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

if (import.meta.main) {
  for (const part of madeParts) {
    writeFileSync(join(root, part.file), withPart(readDocument(part.file), part));
  }
}
