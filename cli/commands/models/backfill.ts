import { defineCommand } from "citty";
import { loadSettings } from "../../../src/config/load.ts";
import { type Backfilled, backfill as backfillModels } from "../../../src/library/backfill.ts";
import { action } from "../../action.ts";
import { toFlags, toSettingArgs } from "../../args.ts";
import { writeLines } from "../../terminal.ts";

const args = {
  "dry-run": { type: "boolean", description: "Only show what would be registered" },
  ...toSettingArgs(["registryPath", "modelOut"]),
} as const;

export const backfill = defineCommand({
  meta: {
    name: "models backfill",
    description: "Register converted models that the registry does not list",
  },
  args,
  run: action<typeof args>(async ({ args: given }) => {
    const { registryPath, modelOut } = loadSettings({ flags: toFlags(given) }).settings;
    const dryRun = given["dry-run"] === true;
    const done = await backfillModels({ registryPath, modelOut, dryRun });
    const none = `There is no conversion.json under ${modelOut}.`;
    const verb = dryRun ? "Would add" : "Added";
    await writeLines(...(done.length === 0 ? [none] : done.map((one) => render(one, verb))));
    return 0;
  }),
});

function render(done: Backfilled, verb: string): string {
  if (done.state === "skipped") return `Skipped: ${done.problem.message}`;
  const { state, name, stated, path } = done;
  if (state === "registered") return `"${name}" is registered already: ${path}`;
  const renamed = name === stated ? "" : ` (it was "${stated}", which is taken or not a valid name)`;
  return `${verb} "${name}"${renamed}: ${path}`;
}
