import { resolve } from "node:path";
import { defineCommand } from "citty";
import { loadSettings } from "../../../src/config/load.ts";
import { addModelAt } from "../../../src/library/add.ts";
import { action } from "../../action.ts";
import { readRepeated, toFlags, toSettingArgs } from "../../args.ts";
import { writeLines } from "../../terminal.ts";

const args = {
  path: { type: "positional", description: "An OpenVINO model folder or a .gguf file" },
  name: {
    type: "string",
    valueHint: "text",
    description: "Its name; default: made from the folder's or file's name",
  },
  quant: { type: "string", description: "Which .gguf file of a folder with several, such as Q8_0" },
  alias: { type: "string", valueHint: "text", description: "A further name; repeatable" },
  ...toSettingArgs(["registryPath"]),
} as const;

export const add = defineCommand({
  meta: { name: "models add", description: "Register a model that is on this machine" },
  args,
  run: action<typeof args>(async ({ args: given, rawArgs }) => {
    const { registryPath } = loadSettings({ flags: toFlags(given) }).settings;
    const [word = ""] = given._;
    const path = resolve(word);
    const aliases = readRepeated(rawArgs, args, "alias");
    const { name, wanted, added, entry } = await addModelAt(registryPath, {
      path,
      quant: given.quant ?? null,
      name: given.name,
      aliases,
    });
    if (!added) {
      const wishes = given.name !== undefined || aliases.length > 0;
      const next = wishes ? ' Use "ov-llm models rename" or "alias" for other names.' : "";
      await writeLines(`Nothing changed: ${entry.path} is registered as "${name}" already.${next}`);
      return 0;
    }
    const renamed = name === wanted ? "" : ` (the name "${wanted}" is taken)`;
    const facts = `task ${entry.task}, weight format ${entry.weight_format}`;
    await writeLines(`Added "${name}"${renamed}: ${facts}, ${entry.path}`);
    return 0;
  }),
});
