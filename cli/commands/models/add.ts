import { resolve } from "node:path";
import { defineCommand } from "citty";
import { loadSettings } from "../../../src/config/load.ts";
import { editRegistry, sayLines } from "../../../src/library/edit.ts";
import { findFacts } from "../../../src/library/facts.ts";
import { toRealPath } from "../../../src/library/paths.ts";
import { describeModel } from "../../../src/models/folder.ts";
import { addModel } from "../../../src/registry/edit.ts";
import { action } from "../../action.ts";
import { readRepeated, toFlags, toSettingArgs } from "../../args.ts";

const args = {
  path: { type: "positional", description: "An OpenVINO model folder or a .gguf file" },
  name: { type: "string", description: "Its name; by default made from the folder's or file's name" },
  alias: { type: "string", description: "A further name; may be given more than once" },
  ...toSettingArgs(["registryPath"]),
} as const;

export const add = defineCommand({
  meta: { name: "models add", description: "Register a model that is on this machine" },
  args,
  run: action<typeof args>(async ({ args: given, rawArgs }) => {
    const { registryPath } = loadSettings({ flags: toFlags(given) }).settings;
    const [word = ""] = given._;
    const path = resolve(word);
    const { name: found, ...facts } = await findFacts(await describeModel(path));
    const wanted = given.name ?? found;
    const aliases = readRepeated(rawArgs, args, "alias");
    const entry = { path, ...facts, ...(aliases.length > 0 && { aliases }) };
    const { name, added } = await editRegistry(registryPath, (models) =>
      addModel(models, { name: wanted, entry, toRealPath }),
    );
    if (!added) {
      await sayLines(`Nothing changed: ${path} is registered as "${name}" already.`);
      return 0;
    }
    const renamed = name === wanted ? "" : ` (the name "${wanted}" is taken)`;
    await sayLines(
      `Added "${name}"${renamed}: task ${facts.task}, weight format ${facts.weight_format}, ${path}`,
    );
    return 0;
  }),
});
