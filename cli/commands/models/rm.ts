import { homedir } from "node:os";
import { defineCommand } from "citty";
import { loadSettings } from "../../../src/config/load.ts";
import { OvError } from "../../../src/errors.ts";
import { forgetCopies } from "../../../src/library/copies.ts";
import { removeEntry } from "../../../src/library/edit.ts";
import type { Removal } from "../../../src/library/files.ts";
import { type Folders, planModelRemoval, removeWithFiles } from "../../../src/library/remove.ts";
import { action } from "../../action.ts";
import { toFlags, toSettingArgs } from "../../args.ts";
import { toOneLine, writeLines } from "../../terminal.ts";

const args = {
  name: { type: "positional", valueHint: "model", description: "The model's name" },
  files: { type: "boolean", description: "Also delete its files; asks first" },
  yes: { type: "boolean", description: "Do not ask; also delete files outside the folder of models" },
  ...toSettingArgs(["registryPath", "modelOut"]),
} as const;

export const rm = defineCommand({
  meta: {
    name: "models rm",
    description: "Remove a model from the registry; with --files, also from the disk",
  },
  args,
  run: action<typeof args>(async ({ args: given }) => {
    const { settings } = loadSettings({ flags: toFlags(given) });
    const [name = ""] = given._;
    if (given.files === true) {
      return await removeAll({ ...settings, home: homedir() }, name, given.yes === true);
    }
    await forgetCopies(settings, await removeEntry(settings.registryPath, name));
    await writeLines(`Removed "${name}" from the registry; its files were kept.`);
    return 0;
  }),
});

async function removeAll(
  folders: Folders & { modelCacheDir: string },
  name: string,
  yes: boolean,
): Promise<number> {
  const removal = planModelRemoval(folders, name);
  const { files } = removal;
  if (files !== null && !yes && !confirmRemoval(name, files)) {
    await writeLines("Nothing was changed.");
    return 1;
  }
  await removeWithFiles(folders.registryPath, removal);
  await forgetCopies(folders, removal.path);
  const done = files === null ? "there were no files" : `deleted ${files.path}`;
  await writeLines(`Removed "${name}" from the registry; ${done}.`);
  return 0;
}

/** Outside the folders of models, and where nobody can be asked, only `--yes` counts. */
function confirmRemoval(name: string, { path, root }: Removal): boolean {
  const shown = JSON.stringify(path);
  if (root === null) {
    throw refused(`Cannot delete ${shown} without --yes`, "it lies outside the folders of models");
  }
  if (process.stdin.isTTY !== true || process.stdout.isTTY !== true) {
    throw refused(`Cannot ask before deleting ${shown}`, "this is not a terminal");
  }
  return confirm(toOneLine(`Delete the files of "${name}", ${path}?`));
}

function refused(what: string, why: string): OvError {
  return new OvError("invalid_request", {
    what,
    why,
    next: "Nothing was changed; add --yes to delete it.",
  });
}
