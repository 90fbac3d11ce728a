import { defineCommand } from "citty";
import { loadSettings } from "../../../src/config/load.ts";
import { changeAliases } from "../../../src/library/edit.ts";
import { action } from "../../action.ts";
import { toFlags, toSettingArgs } from "../../args.ts";
import { writeLines } from "../../terminal.ts";

const args = {
  name: { type: "positional", valueHint: "model", description: "The model's name" },
  "alias...": { type: "positional", description: "Further names that requests may use" },
  remove: { type: "boolean", description: "Remove these aliases instead" },
  ...toSettingArgs(["registryPath"]),
} as const;

export const alias = defineCommand({
  meta: { name: "models alias", description: "Add aliases to a model, or remove them" },
  args,
  run: action<typeof args>(async ({ args: given }) => {
    const { registryPath } = loadSettings({ flags: toFlags(given) }).settings;
    const [name = "", ...aliases] = given._;
    const change = given.remove === true ? { remove: aliases } : { add: aliases };
    const left = await changeAliases(registryPath, name, change);
    const quoted = left.map((alias) => JSON.stringify(alias)).join(", ");
    const has = left.length === 0 ? "no aliases" : `the aliases ${quoted}`;
    await writeLines(`"${name}" now has ${has}.`);
    return 0;
  }),
});
