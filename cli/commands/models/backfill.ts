import { defineCommand } from "citty";
import { loadSettings } from "../../../src/config/load.ts";
import { type FoundManifest, findManifests } from "../../../src/library/backfill.ts";
import { editRegistry, readModels, sayLines } from "../../../src/library/edit.ts";
import { toRealPath } from "../../../src/library/paths.ts";
import { checkName } from "../../../src/registry/check-name.ts";
import { addModel, type RawModels } from "../../../src/registry/edit.ts";
import { toSlug } from "../../../src/registry/name.ts";
import { action } from "../../action.ts";
import { toFlags, toSettingArgs } from "../../args.ts";

const args = {
  "dry-run": { type: "boolean", description: "Only say what would be registered" },
  ...toSettingArgs(["registryPath", "modelOut"]),
} as const;

export const backfill = defineCommand({
  meta: {
    name: "models backfill",
    description: "Register the converted models that the registry does not have",
  },
  args,
  run: action<typeof args>(async ({ args: given }) => {
    const { registryPath, modelOut } = loadSettings({ flags: toFlags(given) }).settings;
    const found = await findManifests(modelOut);
    const isDryRun = given["dry-run"] === true;
    const add = (models: RawModels) => addAll(models, found, isDryRun ? "Would add" : "Added");
    const lines = isDryRun ? add(readModels(registryPath)) : await editRegistry(registryPath, add);
    const none = `There is no conversion.json under ${modelOut}.`;
    await sayLines(...(found.length === 0 ? [none] : lines));
    return 0;
  }),
});

/** Adds what is not there and says one line for each file that was found. */
function addAll(models: RawModels, found: FoundManifest[], verb: string): string[] {
  return found.map((one) => {
    const { manifest, folder: path, problem } = one;
    if (manifest === null || problem !== null) return `Skipped: ${problem}`;
    const { task, weight_format } = manifest;
    const wanted = toUsableName(manifest.name);
    const { name, added } = addModel(models, {
      name: wanted,
      entry: { path, task, weight_format },
      toRealPath,
    });
    if (!added) return `"${name}" is registered already: ${path}`;
    const renamed = name === manifest.name ? "" : ` (it was "${manifest.name}", which is taken or no name)`;
    return `${verb} "${name}"${renamed}: ${path}`;
  });
}

/** A manifest that somebody wrote by hand may hold a name that is none. */
function toUsableName(name: string): string {
  try {
    checkName(name);
    return name;
  } catch {
    return toSlug(name);
  }
}
