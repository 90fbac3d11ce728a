import { defineCommand } from "citty";
import { loadSettings } from "../../../src/config/load.ts";
import { toReason } from "../../../src/errors.ts";
import { setEntry } from "../../../src/library/edit.ts";
import { action } from "../../action.ts";
import { toFlags, toSettingArgs } from "../../args.ts";
import { findSetDoubts } from "../../models/doubts.ts";
import { toOneLine, writeLines } from "../../terminal.ts";

const args = {
  name: { type: "positional", valueHint: "model", description: "The model's name or alias" },
  "key=value...": {
    type: "positional",
    description:
      "Such as device=GPU, defaults.temperature=0.3 or presets.qwen:creative.temperature=1; key= removes the key",
  },
  force: { type: "boolean", description: "Also set keys that ov-llm does not know" },
  ...toSettingArgs(["registryPath"]),
} as const;

export const set = defineCommand({
  meta: { name: "models set", description: "Change values of a model's entry, such as its device" },
  args,
  run: action<typeof args>(async ({ args: given }) => {
    const loaded = loadSettings({ flags: toFlags(given) });
    const { registryPath } = loaded.settings;
    const [asked = "", ...values] = given._;
    const name = await setEntry(registryPath, asked, values, { force: given.force === true });
    await writeLines(`Changed "${name}": ${values.join(", ")}`);
    // It is changed: what keeps the warnings from being found is one itself.
    const doubts = await findSetDoubts(loaded, name, values).catch((error: unknown) => [toReason(error)]);
    for (const doubt of doubts) process.stderr.write(`Warning: ${toOneLine(doubt)}\n`);
    return 0;
  }),
});
