import { defineCommand } from "citty";
import { loadSettings } from "../../../src/config/load.ts";
import { editRegistry, sayLines } from "../../../src/library/edit.ts";
import { renameModel } from "../../../src/registry/edit.ts";
import { action } from "../../action.ts";
import { toFlags, toSettingArgs } from "../../args.ts";

const args = {
  old: { type: "positional", description: "The model's name" },
  new: { type: "positional", description: "Its new name" },
  ...toSettingArgs(["registryPath"]),
} as const;

export const rename = defineCommand({
  meta: { name: "models rename", description: "Give a model another name; its files stay where they are" },
  args,
  run: action<typeof args>(async ({ args: given }) => {
    const { registryPath } = loadSettings({ flags: toFlags(given) }).settings;
    const [old = "", next = ""] = given._;
    await editRegistry(registryPath, (models) => renameModel(models, old, next));
    await sayLines(`Renamed "${old}" to "${next}".`);
    return 0;
  }),
});
