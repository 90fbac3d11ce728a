import { homedir } from "node:os";
import { dirname } from "node:path";
import { defineCommand } from "citty";
import { loadSettings } from "../../../src/config/load.ts";
import type { Settings } from "../../../src/config/settings.ts";
import { OvError } from "../../../src/errors.ts";
import { editRegistry, readModels, sayLines } from "../../../src/library/edit.ts";
import {
  checkUnshared,
  type HiddenFiles,
  hideFiles,
  planRemoval,
  type Removal,
} from "../../../src/library/files.ts";
import { findEntry, removeModel, toEntryPath } from "../../../src/registry/edit.ts";
import { action } from "../../action.ts";
import { toFlags, toSettingArgs } from "../../args.ts";
import { toOneLine } from "../../terminal.ts";

const args = {
  name: { type: "positional", description: "The model's name" },
  files: { type: "boolean", description: "Also delete its files; asks first" },
  yes: { type: "boolean", description: "Do not ask, and delete outside the folder of models too" },
  ...toSettingArgs(["registryPath", "modelOut"]),
} as const;

export const rm = defineCommand({
  meta: {
    name: "models rm",
    description: "Remove a model from the registry, with --files from the disk too",
  },
  args,
  run: action<typeof args>(async ({ args: given }) => {
    const { settings } = loadSettings({ flags: toFlags(given) });
    const [name = ""] = given._;
    if (given.files !== true) {
      await editRegistry(settings.registryPath, (models) => removeModel(models, name));
      await sayLines(`Removed "${name}" from the registry; its files stay.`);
      return 0;
    }
    return await removeWithFiles(settings, name, given.yes === true);
  }),
});

async function removeWithFiles(settings: Settings, name: string, yes: boolean): Promise<number> {
  const { registryPath } = settings;
  const before = readModels(registryPath);
  const path = toEntryPath(findEntry(before, name));
  const removal = path === null ? null : planFor(settings, path);
  if (removal !== null) {
    checkUnshared(before, name, removal.path);
    if (!yes && !confirmRemoval(name, removal)) {
      await sayLines("Nothing was changed.");
      return 1;
    }
  }
  const hidden = await removeBoth(registryPath, name, path, removal);
  hidden?.delete();
  const files = removal === null ? "there were no files" : `deleted ${removal.path}`;
  await sayLines(`Removed "${name}" from the registry; ${files}.`);
  return 0;
}

/** Files and entry go together or stay together. */
async function removeBoth(
  registryPath: string,
  name: string,
  path: string | null,
  removal: Removal | null,
): Promise<HiddenFiles | undefined> {
  let hidden: HiddenFiles | undefined;
  try {
    await editRegistry(registryPath, (models) => {
      // The registry may have changed while the question stood there.
      if (toEntryPath(findEntry(models, name)) !== path) throw changed(name);
      if (removal !== null) {
        checkUnshared(models, name, removal.path);
        hidden = hideFiles(removal);
      }
      removeModel(models, name);
    });
    return hidden;
  } catch (error) {
    hidden?.restore();
    throw error;
  }
}

function planFor({ registryPath, modelOut }: Settings, path: string): Removal | null {
  return planRemoval(path, [modelOut, dirname(registryPath)], [registryPath, homedir()]);
}

/** Outside the folders of models, and where nobody can be asked, only `--yes` counts. */
function confirmRemoval(name: string, { path, root }: Removal): boolean {
  if (root === null) {
    throw refused(`Cannot delete ${JSON.stringify(path)} just so: it lies outside the folders of models`);
  }
  if (process.stdin.isTTY !== true || process.stdout.isTTY !== true) {
    throw refused(`Cannot ask before deleting ${JSON.stringify(path)}: this is no terminal`);
  }
  return confirm(toOneLine(`Delete the files of "${name}", ${path}?`));
}

function refused(sentence: string): OvError {
  return new OvError("invalid_request", `${sentence}. Nothing was changed; add --yes if it must go.`);
}

function changed(name: string): OvError {
  return new OvError(
    "invalid_request",
    `Model ${JSON.stringify(name)} has another path now. Nothing was changed; try again.`,
  );
}
