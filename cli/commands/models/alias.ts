import { defineCommand } from "citty";
import { loadSettings } from "../../../src/config/load.ts";
import { editRegistry, quoteAll, sayLines } from "../../../src/library/edit.ts";
import { addAliases, removeAliases } from "../../../src/registry/edit.ts";
import { action } from "../../action.ts";
import { toFlags, toSettingArgs } from "../../args.ts";

const args = {
  name: { type: "positional", description: "The model's name" },
  "alias...": { type: "positional", description: "Further names that requests may use" },
  remove: { type: "boolean", description: "Remove these aliases instead" },
  ...toSettingArgs(["registryPath"]),
} as const;

export const alias = defineCommand({
  meta: { name: "models alias", description: "Give a model further names, or take them away" },
  args,
  run: action<typeof args>(async ({ args: given }) => {
    const { registryPath } = loadSettings({ flags: toFlags(given) }).settings;
    const [name = "", ...aliases] = given._;
    const change = given.remove === true ? removeAliases : addAliases;
    const left = await editRegistry(registryPath, (models) => change(models, name, aliases));
    const has = left.length === 0 ? "no aliases" : `the aliases ${quoteAll(left)}`;
    await sayLines(`"${name}" has ${has} now.`);
    return 0;
  }),
});
