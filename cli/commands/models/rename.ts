import { defineCommand } from "citty";
import { loadSettings } from "../../../src/config/load.ts";
import { renameEntry } from "../../../src/library/edit.ts";
import { action } from "../../action.ts";
import { toFlags, toSettingArgs } from "../../args.ts";
import { writeLines } from "../../terminal.ts";

const args = {
  old: { type: "positional", valueHint: "model", description: "The model's name" },
  new: { type: "positional", description: "Its new name" },
  ...toSettingArgs(["registryPath"]),
} as const;

export const rename = defineCommand({
  meta: { name: "models rename", description: "Rename a model; its files stay where they are" },
  args,
  run: action<typeof args>(async ({ args: given }) => {
    const { registryPath } = loadSettings({ flags: toFlags(given) }).settings;
    const [old = "", next = ""] = given._;
    await renameEntry(registryPath, old, next);
    await writeLines(`Renamed "${old}" to "${next}".`);
    return 0;
  }),
});
