import { defineCommand } from "citty";
import { loadSettings } from "../../src/config/load.ts";
import { settingNamesOf } from "../../src/config/settings.ts";
import type { ConvertEvent } from "../../src/convert/events.ts";
import { findConversionLack, readMemory } from "../../src/library/known-models.ts";
import { action } from "../action.ts";
import { toFlags, toSettingArgs } from "../args.ts";
import { int4Args, qualityArgs, readInt4Wishes } from "../convert/int4.ts";
import { renderLack, runPull, toPullOptions } from "../convert/pull.ts";
import { readReference } from "../convert/reference.ts";
import { createStderrView, writeStyled } from "../convert/run.ts";
import { untilStopped } from "../stop.ts";

const args = {
  model: {
    type: "positional",
    description: "A model of the hub as OWNER/MODEL, its address, or a name of `ov-llm catalog`",
  },
  quant: {
    type: "string",
    description: "Take the .gguf file of this format, such as Q8_0, instead of weights",
  },
  name: { type: "string", description: "The model's name in the registry; default: made from the hub's" },
  overwrite: { type: "boolean", description: "Fetch and convert again, and replace models of the same name" },
  accept: { type: "boolean", description: "Register the model even if what it writes looks like noise" },
  copy: { type: "boolean", description: "Leave the downloaded original in OV_MODEL_SRC" },
  json: { type: "boolean", description: "Print events as JSON, one per line" },
  ...qualityArgs,
  ...int4Args,
  ...toSettingArgs(settingNamesOf("convert")),
} as const;

export const pull = defineCommand({
  meta: {
    name: "pull",
    description: "Fetch a model from the hub, convert it if necessary, and register it",
  },
  args,
  run: action<typeof args>(async ({ args: given }) => {
    const loaded = loadSettings({ flags: toFlags(given) });
    const { repo, quant } = readReference(given._[0] ?? "", loaded.variables);
    const wanted = { repo, quant: typeof given.quant === "string" ? given.quant : quant, unattended: false };
    const options = toPullOptions(loaded, wanted, {
      name: typeof given.name === "string" ? given.name : null,
      overwrite: given.overwrite === true,
      accept: given.accept === true,
      copy: given.copy === true,
      int4: readInt4Wishes(given, loaded.settings),
      quality: given.quality === true,
    });
    const view = createStderrView();
    const lack = wanted.quant === null ? findConversionLack(repo, readMemory()) : null;
    const report = (event: ConvertEvent) => {
      view(event);
      // In time to stop before gigabytes are fetched.
      if (lack !== null && event.type === "fetching" && event.step === "listed")
        writeStyled(`Warning: ${renderLack(lack)}\n`);
    };
    return await untilStopped(
      (signal) => runPull(options, { view: report, json: given.json === true, signal }),
      () => writeStyled("\nStopped. Run it again to continue.\n"),
    );
  }),
});
