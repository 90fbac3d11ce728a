/**
 * The parts of the documents that are made from the source. `bun test/docs/tables.ts` writes them; the tests beside it
 * hold them.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Setting } from "../../src/config/settings/setting.ts";
import { settingsTable } from "../../src/config/settings.ts";
import { convertPackages } from "../../src/convert/environment/packages.ts";
import {
  findWay,
  listTypes,
  otherTransformers,
} from "../../src/convert/environment/transformers-versions.ts";
import { errorCatalogue } from "../../src/errors.ts";
import {
  estimateNeeds,
  estimateSpeed,
  type KnownModel,
  listKnownModels,
} from "../../src/library/known-models.ts";
import { isSameTask, toTaskName } from "../../src/models/tasks.ts";
import { readMeasured } from "../architectures/measured.ts";
import { tinyModels } from "../architectures/table.ts";
import { renderLoad, renderPerformance } from "../bench/report/text.ts";

const root = join(import.meta.dir, "../..");

interface MadePart {
  file: string;
  /** Stands between `<!-- name: …` and `<!-- /name -->`. */
  name: string;
  render: () => string;
}

export const madeParts: MadePart[] = [
  { file: "README.md", name: "load", render: renderLoad },
  { file: "docs/settings.md", name: "settings", render: renderSettings },
  { file: "docs/api.md", name: "errors", render: renderErrors },
  { file: "docs/models.md", name: "recommended", render: renderRecommended },
  { file: "docs/models.md", name: "recommended-others", render: renderOthers },
  { file: "docs/models.md", name: "architectures", render: renderArchitectures },
  { file: "docs/models.md", name: "measured", render: renderMeasured },
  { file: "docs/performance.md", name: "performance", render: renderPerformance },
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
  return ["| variable | flag | used by | default | |", "|---|---|---|---|---|", ...rows].join("\n");
}

function renderErrors(): string {
  const rows = Object.entries(errorCatalogue).map(
    ([code, { status, type }]) => `| \`${code}\` | ${status} | ${type} |`,
  );
  return ["| code | status | type |", "|---|---|---|", ...rows].join("\n");
}

/** What `bun run test:models` saw, a row for each model of its table. */
function renderMeasured(): string {
  const measured = readMeasured();
  const parts = ["converted", "chat", "stream", "tool", "schema"] as const;
  const rows = Object.entries(tinyModels).map(([name, { type, tokenizer }]) => {
    const found = measured.filter((row) => row.name === name);
    const cells = parts.map((part) => {
      const formats = found.filter(({ results }) => results[part] === true).map(({ format }) => format);
      return formats.join(", ") || (found.length === 0 ? "not measured" : "no");
    });
    const day =
      found
        .map((row) => row.day ?? "")
        .sort()
        .at(-1) ?? "";
    return `| \`${type}\` | ${tokenizer} | ${cells.join(" | ")} | ${day} |`;
  });
  const header =
    "| `model_type` | tokenizer | converts to | chat | stream | required tool | JSON schema | on |";
  return [header, "|---|---|---|---|---|---|---|---|", ...rows].join("\n");
}

function renderRecommended(): string {
  const models = listKnownModels().filter(({ task }) => isSameTask(task, "text-generation"));
  const header = ["name", "model", "disk, GB", "memory, GB", "speed", "licence", "trained for tools"];
  const rows = models.map((model) => [...toCells(model), model.tools ? "yes" : "", ...toEnd(model)]);
  return renderMarkdown([...header, "ready-made", "good at"], rows);
}

/** Those that see, embed, rank or hear. */
function renderOthers(): string {
  const models = listKnownModels().filter(({ task }) => !isSameTask(task, "text-generation"));
  const header = [
    "task",
    "name",
    "model",
    "disk, GB",
    "memory, GB",
    "speed",
    "licence",
    "ready-made",
    "good at",
  ];
  const rows = models.map((model) => [`\`${toTaskName(model.task)}\``, ...toCells(model), ...toEnd(model)]);
  return renderMarkdown(header, rows);
}

function toCells(model: KnownModel): string[] {
  const { int8, int4, memoryInt8, memoryInt4 } = estimateNeeds(model);
  const speed = estimateSpeed(model);
  return [
    `\`${model.name}\``,
    model.repo,
    `${toGb(int8)} / ${toGb(int4)}`,
    `${toGb(memoryInt8)} / ${toGb(memoryInt4)}`,
    speed === null ? "" : `${speed.int8} / ${speed.int4}`,
    model.gated ? `${model.licence}, to be accepted on its page` : model.licence,
  ];
}

function toEnd({ ready, good_at }: KnownModel): string[] {
  return [ready === null ? "" : `\`${ready}\``, good_at];
}

function renderMarkdown(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(header), `|${"---|".repeat(header.length)}`, ...rows.map(line)].join("\n");
}

function toGb(bytes: number): string {
  return (bytes / 1024 ** 3).toFixed(1);
}

/** Those that the exporter knows for text, by the transformers that it needs for them. */
function renderArchitectures(): string {
  const task = "text-generation-with-past";
  const ways = Map.groupBy(listTypes(task), (type) => {
    const way = findWay(type, task, false);
    return "problem" in way ? null : (way.transformers ?? convertPackages.transformers);
  });
  const rows = [convertPackages.transformers, ...otherTransformers, null].map((version) => {
    const types = (ways.get(version) ?? []).map((type) => `\`${type}\``).join(", ");
    return `| ${version ?? "none that the converter can use"} | ${types} |`;
  });
  return ["| transformers | `model_type` of config.json |", "|---|---|", ...rows].join("\n");
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
