import { existsSync, readdirSync } from "node:fs";
import { defineCommand } from "citty";
import { renderBytes } from "../../src/bytes.ts";
import {
  estimateNeeds,
  estimateSpeed,
  type Fit,
  findFit,
  type KnownModel,
  listKnownModels,
  type Memory,
  type ModelNeeds,
  nameTask,
  type Recommendation,
  readMemory,
  recommendModel,
} from "../../src/library/known-models.ts";
import { action } from "../action.ts";
import { renderTable, terminalWidth, writeOut } from "../terminal.ts";

const args = {
  fits: {
    type: "boolean",
    description: "Only models that this machine can serve and, unless ready-made, convert",
  },
  best: { type: "boolean", description: "Only show the command that gets the best one for this machine" },
  json: { type: "boolean", description: "Print the list as JSON" },
} as const;

export const catalog = defineCommand({
  meta: {
    name: "catalog",
    description: "List known models of the hub, with the disk space and memory that they need",
  },
  args,
  run: action<typeof args>(async ({ args: given }) => {
    const memory = readMemory();
    if (given.best === true) return await showBest(recommendModel(memory, hasGpu()));
    const listed = listKnownModels()
      .map((model) => {
        const fit = findFit(model, memory);
        return {
          ...model,
          fits: fit.format,
          fit,
          estimates: estimateNeeds(model),
          speed: estimateSpeed(model),
        };
      })
      .filter(({ fits }) => given.fits !== true || fits !== null);
    await writeOut(given.json === true ? `${JSON.stringify(listed, null, 2)}\n` : render(listed, memory));
    return 0;
  }),
});

/** A node of a GPU, whichever number it has beside another maker's. */
function hasGpu(): boolean {
  const folder = "/dev/dri";
  return existsSync(folder) && readdirSync(folder).some((name) => name.startsWith("renderD"));
}

/** Exit code 1: none fits. */
async function showBest(best: Recommendation | null): Promise<number> {
  if (best === null) {
    await writeOut("None of the models fits this machine: see them all with `ov-llm catalog`.\n");
    return 1;
  }
  const { model, format } = best;
  const flag = format === "int4" ? " --weight-format int4" : "";
  const about = `${model.good_at}; fetches ${renderBytes(estimateNeeds(model).download)}`;
  await writeOut(`ov-llm pull ${model.name}${flag}  # ${about}\n`);
  return 0;
}

type Listed = KnownModel & {
  fits: Fit["format"];
  fit: Fit;
  estimates: ModelNeeds;
  speed: ReturnType<typeof estimateSpeed>;
};

const header = [
  "NAME",
  "TASK",
  "HUB",
  "INT4",
  "INT8",
  "MEMORY",
  "TO CONVERT",
  "FITS",
  "SPEED",
  "TOOLS",
  "LICENCE",
  "READY-MADE",
  "GOOD AT",
];

function render(listed: Listed[], { total, withSwap }: Memory): string {
  if (listed.length === 0) return "None of the models fits this machine: see them all without --fits.\n";
  const table = renderTable(header, listed.map(toRow), terminalWidth());
  const notes = [
    "Sizes are estimates, from the number of parameters. INT4, INT8: on disk. MEMORY: to serve it, at int4 to int8.",
    "SPEED: of an answer at int4, on memory of 50 GB/s: fast, pleasant to read along with, slow. READY-MADE: pulled by that name, without conversion.",
    `TO CONVERT: memory, once, with swap. This machine has ${renderBytes(total)}, with swap ${renderBytes(withSwap)}. (terms): accept them on the hub first.`,
    "FITS: the best format that it serves with a fifth of its memory left, and can convert; (ready-made): to pull by that name only.",
    "Get one with `ov-llm pull NAME --weight-format int4`, or another model of the hub with `ov-llm pull OWNER/MODEL`.",
  ];
  return `${table}\n${notes.join("\n")}\n`;
}

function toRow(model: Listed): string[] {
  const { int4, int8, memoryInt4, memoryInt8, conversion } = model.estimates;
  return [
    model.name,
    nameTask(model),
    model.repo,
    renderBytes(int4),
    renderBytes(int8),
    renderRange(memoryInt4, memoryInt8),
    renderBytes(conversion),
    renderFit(model.fit),
    model.speed?.int4 ?? "-",
    model.tools ? "yes" : "no",
    model.gated ? `${model.licence} (terms)` : model.licence,
    model.ready ?? "-",
    model.good_at,
  ];
}

function renderFit(fit: Fit): string {
  if (fit.format === null) return fit.lacks_memory_to === "serve" ? "no" : "not to convert";
  return fit.by === "conversion" ? fit.format : `${fit.format} (ready-made)`;
}

/** `1.6 GB` where rounding leaves nothing between the two. */
function renderRange(least: number, most: number): string {
  const [from, to] = [renderBytes(least), renderBytes(most)];
  return from === to ? from : `${from} to ${to}`;
}
