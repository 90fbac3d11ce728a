import { defineCommand } from "citty";
import { type LoadedSettings, loadSettings } from "../../src/config/load.ts";
import { settingNamesOf } from "../../src/config/settings.ts";
import type { ConvertOptions, Wanted } from "../../src/convert/options.ts";
import { isLocalPath } from "../../src/convert/pull/reference.ts";
import { action, UsageError } from "../action.ts";
import { readRepeated, toFlags, toSettingArgs } from "../args.ts";
import { exitCodes } from "../convert/exit.ts";
import { int4Args, qualityArgs, readInt4Wishes } from "../convert/int4.ts";
import { toLocalOptions } from "../convert/local.ts";
import { readReference } from "../convert/reference.ts";
import { createStderrView, runToEnd, writeStyled } from "../convert/run.ts";
import { untilStopped } from "../stop.ts";
import { writeOut } from "../terminal.ts";

const args = {
  model: {
    type: "positional",
    required: false,
    description:
      "The path of a model on this machine, which stays where it is, or OWNER/MODEL of the hub to fetch it first; default: the models in OV_MODEL_SRC",
  },
  only: { type: "string", valueHint: "folder", description: "Convert only this folder; repeatable" },
  include: {
    type: "string",
    valueHint: "pattern",
    description: "Only folders that match the pattern, such as Qwen*; repeatable",
  },
  exclude: {
    type: "string",
    valueHint: "pattern",
    description: "No folders that match the pattern; repeatable",
  },
  name: { type: "string", valueHint: "text", description: "The name of the model, if there is only one" },
  overwrite: { type: "boolean", description: "Convert again, and replace models of the same name" },
  accept: { type: "boolean", description: "Register a model even if what it writes looks like noise" },
  copy: { type: "boolean", description: "Leave the originals where they are" },
  "dry-run": { type: "boolean", description: "Only show the plan" },
  yes: { type: "boolean", description: "Ask nothing; take names from the folders" },
  json: { type: "boolean", description: "Print the result as JSON" },
  "keep-going": { type: "boolean", description: "Continue with the next model when one fails" },
  ...qualityArgs,
  ...int4Args,
  ...toSettingArgs(settingNamesOf("convert")),
} as const;

export const convert = defineCommand({
  meta: {
    name: "convert",
    description: "Convert downloaded models for OpenVINO and register them",
  },
  args,
  run: action<typeof args>(async ({ args: given, rawArgs }) => {
    const flag = (name: keyof typeof args) => given[name] === true;
    const list = (name: "only" | "include" | "exclude") => readRepeated(rawArgs, args, name);
    const loaded = loadSettings({ flags: toFlags(given) });
    const [word] = given._;
    const path = word !== undefined && isLocalPath(word) ? word : null;
    const options: ConvertOptions = {
      loaded,
      wanted: path === null ? readWanted(word, loaded) : null,
      selection: { only: list("only"), include: list("include"), exclude: list("exclude") },
      name: typeof given.name === "string" ? given.name : null,
      overwrite: flag("overwrite"),
      accept: flag("accept"),
      copy: flag("copy"),
      int4: readInt4Wishes(given, loaded.settings),
      quality: flag("quality"),
      dryRun: flag("dry-run"),
      keepGoing: flag("keep-going"),
    };
    return await runConvert(path === null ? options : toLocalOptions(path, options), {
      yes: flag("yes"),
      json: flag("json"),
    });
  }),
});

/** Apart from paths, `convert` takes what `pull` takes. */
function readWanted(word: string | undefined, { variables }: LoadedSettings): Wanted | null {
  if (word === undefined) return null;
  const { repo, quant } = readReference(word, variables, " A folder is named by its path, as in ./folder.");
  return { repo, quant, reuse: false, unattended: false };
}

async function runConvert(options: ConvertOptions, flags: { yes: boolean; json: boolean }) {
  const isInteractive = !flags.yes && !options.dryRun;
  if (isInteractive && !process.stdin.isTTY) {
    throw new UsageError(
      "Cannot ask for names: the input is not a terminal. Pass --yes to take the folders' names.",
    );
  }
  return await untilStopped(
    async (signal) => {
      const run = { isInteractive, report: createStderrView(), signal };
      const { report, end } = await runToEnd(options, run);
      if (flags.json) await writeOut(`${JSON.stringify(report, null, 2)}\n`);
      return exitCodes[end];
    },
    () => writeStyled("\nStopped: finished models are kept, the others are unchanged.\n"),
  );
}
