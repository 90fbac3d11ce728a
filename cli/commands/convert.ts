import { defineCommand } from "citty";
import { loadSettings } from "../../src/config/load.ts";
import { settingNamesOf } from "../../src/config/settings.ts";
import { createModelCheck, type ModelCheck } from "../../src/convert/check.ts";
import { createConverter } from "../../src/convert/converter.ts";
import { parseRepoName, repoForm } from "../../src/convert/hub.ts";
import type { ConvertOptions } from "../../src/convert/options.ts";
import { runSession } from "../../src/convert/session.ts";
import { action, UsageError } from "../action.ts";
import { readRepeated, toFlags, toSettingArgs } from "../args.ts";
import { createAsker, toAsk } from "../convert/asker.ts";
import { exitCodes } from "../convert/exit.ts";
import { createView } from "../convert/view.ts";
import { untilStopped } from "../stop.ts";
import { createStderrLog, writeOut } from "../terminal.ts";

const args = {
  repo: {
    type: "positional",
    required: false,
    description:
      "A model on the hub, as owner/name, to fetch and convert; default: the models in OV_MODEL_SRC",
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
  json: { type: "boolean", description: "Print what was done as JSON" },
  "keep-going": { type: "boolean", description: "Continue with the next model when one fails" },
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
    const options: ConvertOptions = {
      loaded: loadSettings({ flags: toFlags(given) }),
      repo: readRepo(given._[0]),
      selection: { only: list("only"), include: list("include"), exclude: list("exclude") },
      name: typeof given.name === "string" ? given.name : null,
      overwrite: flag("overwrite"),
      accept: flag("accept"),
      copy: flag("copy"),
      dryRun: flag("dry-run"),
      keepGoing: flag("keep-going"),
    };
    return await runConvert(options, { yes: flag("yes"), json: flag("json") });
  }),
});

function readRepo(word: string | undefined): string | null {
  if (word === undefined || parseRepoName(word) !== null) return word ?? null;
  throw new UsageError(
    `Cannot fetch ${JSON.stringify(word)}: expected a model of the hub, ${repoForm}. ` +
      "A folder of OV_MODEL_SRC is chosen with --only.",
  );
}

async function runConvert(options: ConvertOptions, flags: { yes: boolean; json: boolean }) {
  const isInteractive = !flags.yes && !options.dryRun;
  if (isInteractive && !process.stdin.isTTY) {
    throw new UsageError(
      "Cannot ask for names: the input is not a terminal. Pass --yes to take the folders' names.",
    );
  }
  // What a person reads goes to stderr: stdout is for --json.
  const isStyled = process.stderr.isTTY && Bun.enableANSIColors;
  const write = (text: string) => void process.stderr.write(isStyled ? text : Bun.stripANSI(text));
  return await untilStopped(
    (signal) => runToEnd(options, { ...flags, isInteractive, write, signal }),
    () => write("\nStopped: finished models are kept, the others are unchanged.\n"),
  );
}

interface Run {
  json: boolean;
  isInteractive: boolean;
  write: (text: string) => void;
  signal: AbortSignal;
}

async function runToEnd(options: ConvertOptions, { json, isInteractive, write, signal }: Run) {
  const { loaded, dryRun } = options;
  // A terminal that does not know its size says 0.
  const width = process.stderr.isTTY ? process.stderr.columns || 80 : null;
  const asker = isInteractive ? createAsker({ input: process.stdin, write, signal }) : null;
  let check: ModelCheck | null = null;
  try {
    check = dryRun ? noCheck : createModelCheck(loaded, createStderrLog(loaded.settings), signal);
    const { report, end } = await runSession({
      options,
      deps: { converter: createConverter(loaded), check },
      ask: asker && toAsk(asker),
      report: createView({ write, width }),
      signal,
    });
    if (json) await writeOut(`${JSON.stringify(report, null, 2)}\n`);
    return exitCodes[end];
  } finally {
    asker?.close();
    check?.dispose();
  }
}

/** A dry run writes no model that could be checked. */
const noCheck: ModelCheck = { check: async () => null, dispose() {} };
