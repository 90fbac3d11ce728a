import { defineCommand } from "citty";
import { renderBytes } from "../../src/bytes.ts";
import { loadSettings } from "../../src/config/load.ts";
import { type CopyOnDisk, findCopy } from "../../src/library/copies.ts";
import { listModel } from "../../src/library/list.ts";
import { readSnapshot } from "../../src/registry/registry.ts";
import type { RegistryEntry } from "../../src/registry/schema.ts";
import { action } from "../action.ts";
import { toFlags, toServerArgs, toSettingArgs } from "../args.ts";
import { findRegistered } from "../models/find.ts";
import { askServed, type ListedModel, toLiveState } from "../models/list.ts";
import { findServer } from "../server.ts";
import { renderBlock, toOneLine, writeOut } from "../terminal.ts";

const args = {
  name: { type: "positional", valueHint: "model", description: "The model's name or alias" },
  ...toSettingArgs(["registryPath"]),
  ...toServerArgs(),
  json: { type: "boolean", description: "Print it as JSON" },
} as const;

export const show = defineCommand({
  meta: { name: "show", description: "Show everything about a model" },
  args,
  run: action<typeof args>(async ({ args: given }) => {
    const { settings } = loadSettings({ flags: toFlags(given) });
    const { registryPath } = settings;
    const [name, entry] = findRegistered(readSnapshot(registryPath), given._[0] ?? "", registryPath);
    const served = await askServed(findServer(given));
    const live = toLiveState(typeof served === "string" ? undefined : served.get(name));
    const copy = await findCopy(settings, entry.path);
    const model = { ...(await listModel(name, entry)), copy, ...live };
    await writeOut(
      given.json === true ? `${JSON.stringify({ ...model, entry }, null, 2)}\n` : render(model, entry),
    );
    return model.path_problem === null ? 0 : 1;
  }),
});

/** `ok, 94 MB`; a problem is whole sentences, so its size stands before it. */
function renderFiles({ path_problem: problem, size_bytes: bytes }: ListedModel): string {
  if (bytes === null) return problem ?? "ok";
  return problem === null ? `ok, ${renderBytes(bytes)}` : `${renderBytes(bytes)}. ${problem}`;
}

function render(model: ListedModel & { copy: CopyOnDisk | null }, entry: RegistryEntry): string {
  const { path, task, weight_format, aliases, ...rest } = entry;
  const settings = Object.entries(rest).map(([key, value]): [string, string] => [key, toText(value)]);
  const lines: [string, string][] = [
    ["name", model.name],
    ["aliases", aliases?.join(", ") ?? ""],
    ["task", task],
    ["format", weight_format],
    ["path", path],
    ["files", renderFiles(model)],
    ["copy", model.copy === null ? "" : `${model.copy.folder}, ${renderBytes(model.copy.bytes)}`],
    ...settings,
    ["state", model.state ?? "no server answers"],
    ["runs on", [model.device, model.engine].filter((part) => part !== null).join(", ")],
    ["memory", model.memory_bytes === null ? "" : renderBytes(model.memory_bytes)],
  ];
  const shown = lines.filter(([, value]) => value !== "");
  return renderBlock(
    shown.map(([label]) => label),
    shown.map(([, value]) => toOneLine(value)),
  );
}

function toText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
