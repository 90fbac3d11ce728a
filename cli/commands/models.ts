import { defineCommand } from "citty";
import { renderBytes } from "../../src/bytes.ts";
import { loadSettings } from "../../src/config/load.ts";
import { listModels } from "../../src/library/list.ts";
import { readSnapshot, type Snapshot } from "../../src/registry/registry.ts";
import { action } from "../action.ts";
import { toFlags, toServerArgs, toSettingArgs } from "../args.ts";
import { wrap } from "../help/wrap.ts";
import { askServed, type ListedModel, toLiveState } from "../models/list.ts";
import { findServer } from "../server.ts";
import {
  fitTable,
  paint,
  renderAge,
  renderLeftOut,
  renderTable,
  terminalWidth,
  toOneLine,
  writeError,
  writeOut,
} from "../terminal.ts";

export const models = defineCommand({
  meta: {
    name: "models",
    description: "List the registered models, the state of their files and what is loaded",
  },
  args: {
    ...toSettingArgs(["registryPath"]),
    ...toServerArgs(),
    json: { type: "boolean", description: "Print the list as JSON" },
  },
  // Loaded when called, like the commands themselves.
  subCommands: {
    add: () => import("./models/add.ts").then(({ add }) => add),
    rm: () => import("./models/rm.ts").then(({ rm }) => rm),
    rename: () => import("./models/rename.ts").then(({ rename }) => rename),
    alias: () => import("./models/alias.ts").then(({ alias }) => alias),
    set: () => import("./models/set.ts").then(({ set }) => set),
    load: () => import("./models/load.ts").then(({ load }) => load),
    unload: () => import("./models/unload.ts").then(({ unload }) => unload),
    check: () => import("./models/check.ts").then(({ check }) => check),
    backfill: () => import("./models/backfill.ts").then(({ backfill }) => backfill),
  },
  run: action(async ({ args }) => {
    const { settings } = loadSettings({ flags: toFlags(args) });
    const snapshot = readSnapshot(settings.registryPath);
    const server = findServer(args);
    const served = await askServed(server);
    const live = typeof served === "string" ? undefined : served;
    const onDisk = await listModels(snapshot.entries);
    const listed = onDisk.map((model) => ({ ...model, ...toLiveState(live?.get(model.name)) }));
    const list: ModelList = {
      registry: settings.registryPath,
      state: snapshot.state,
      reason: snapshot.reason,
      problems: [...snapshot.problems, ...snapshot.hints],
      server: typeof served === "string" ? null : server.url,
      server_problem: typeof served === "string" ? served : null,
      models: listed,
    };
    await writeOut(
      args.json === true ? `${JSON.stringify(list, null, 2)}\n` : renderModels(list, terminalWidth()),
    );
    if (list.reason !== null) writeError(list.reason);
    return list.state === "ok" ? 0 : 1;
  }),
});

/** What `ov-llm models --json` prints. */
export interface ModelList {
  registry: string;
  state: Snapshot["state"];
  reason: string | null;
  problems: Snapshot["problems"][number][];
  server: string | null;
  server_problem: string | null;
  models: ListedModel[];
}

const header = [
  "NAME",
  "TASK",
  "FORMAT",
  "SIZE",
  "PATH STATE",
  "LOADED",
  "DEVICE",
  "MEMORY",
  "RUNNING",
  "TOKENS/S",
];

/** What a narrow terminal leaves out, in this order. A path that is not ok has a line of its own below the table. */
const expendable = ["TOKENS/S", "RUNNING", "MEMORY", "SIZE", "FORMAT", "PATH STATE", "TASK"];

/** The table, and under it what needs more than a cell. Nothing about a broken file: that is an error. */
function renderModels(list: ModelList, width: number | null): string {
  const notes = [...toAliasLines(list.models), ...toDefaultLines(list.models), ...toProblemLines(list)];
  if (list.models.length === 0) return renderLines([...toEmptyLines(list), ...notes]);
  if (list.server_problem !== null) notes.push(list.server_problem);
  const fitted = fitTable(header, list.models.map(toRow), width, expendable);
  if (fitted.leftOut.length > 0) notes.push(...wrap(renderLeftOut(fitted.leftOut), width));
  const table = renderTable(fitted.header, fitted.rows, width);
  return notes.length === 0 ? table : `${table}\n${renderLines(notes)}`;
}

function renderLines(lines: string[]): string {
  return lines.map((line) => `${toOneLine(line)}\n`).join("");
}

function toRow(model: ListedModel): string[] {
  const state = toOneLine(model.path_state);
  const cells = [model.name, model.task.replace(/-with-past$/, ""), model.weight_format].map(toOneLine);
  const size = model.size_bytes === null ? "-" : renderBytes(model.size_bytes);
  const styled = model.path_problem === null ? state : paint("red", state);
  return [...cells, size, styled, ...toLiveCells(model)];
}

/** What only the running server knows; one that is not loaded has no more to show. */
function toLiveCells(model: ListedModel): string[] {
  const { state, loaded_at, device, memory_bytes, running, waiting, tokens_per_second } = model;
  if (state === null || state === "unloaded") return [state === null ? "-" : "no", "-", "-", "-", "-"];
  return [
    state === "ready" && loaded_at !== null ? renderAge(Date.now() / 1000 - loaded_at) : toOneLine(state),
    device === null ? "-" : toOneLine(device),
    memory_bytes === null ? "-" : renderBytes(memory_bytes),
    waiting ? `${running} (${waiting} waiting)` : `${running}`,
    tokens_per_second === null ? "-" : `${tokens_per_second}`,
  ];
}

function toAliasLines(listed: ListedModel[]): string[] {
  const named = listed.filter(({ aliases }) => aliases.length > 0);
  return named.map(({ name, aliases }) => `Aliases of ${name}: ${aliases.join(", ")}`);
}

function toDefaultLines(listed: ListedModel[]): string[] {
  return listed.flatMap(({ name, defaults, presets }) => [
    ...(Object.keys(defaults).length > 0 ? [`Defaults of ${name}: ${renderDefaults(defaults)}`] : []),
    ...Object.entries(presets).map(
      ([preset, own]) => `Preset ${preset} of ${name}: ${renderDefaults(own) || "nothing of its own"}`,
    ),
  ]);
}

function renderDefaults(defaults: ListedModel["defaults"]): string {
  const shown = Object.entries(defaults).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return shown.map((text) => (text.length > 60 ? `${text.slice(0, 60)}…` : text)).join(" ");
}

function toProblemLines({ models: listed, problems }: ModelList): string[] {
  const paths = listed.flatMap(({ name, path_problem }) =>
    path_problem === null ? [] : [`${name}: ${path_problem}`],
  );
  return [...paths, ...problems.map(({ reason }) => reason)];
}

function toEmptyLines({ registry, state, problems }: ModelList): string[] {
  if (state === "degraded") return [];
  if (problems.length > 0) return [`No model in ${JSON.stringify(registry)} can be used:`];
  return [`No models in ${JSON.stringify(registry)} yet. Get a first one with "ov-llm setup --starter".`];
}
