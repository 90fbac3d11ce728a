import { existsSync, readdirSync } from "node:fs";
import { defineCommand } from "citty";
import { renderBytes } from "../../src/bytes.ts";
import {
  estimateNeeds,
  estimateSpeed,
  findFit,
  listKnownModels,
  type Recommendation,
  readMemory,
  recommendModel,
} from "../../src/library/known-models.ts";
import { action } from "../action.ts";
import { renderCatalog } from "../models/render-catalog.ts";
import { terminalWidth, writeOut } from "../terminal.ts";

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
    await writeOut(
      given.json === true
        ? `${JSON.stringify(listed, null, 2)}\n`
        : renderCatalog(listed, memory, terminalWidth()),
    );
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
