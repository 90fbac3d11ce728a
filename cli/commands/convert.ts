import { defineCommand } from "citty";
import { loadSettings } from "../../src/config/load.ts";
import { settingNamesOf } from "../../src/config/settings.ts";
import { createModelCheck } from "../../src/convert/check.ts";
import { createConverter } from "../../src/convert/converter.ts";
import { withConvertLock } from "../../src/convert/lock.ts";
import type { ConvertOptions } from "../../src/convert/options.ts";
import { readRegistry, requireWritable } from "../../src/convert/prepare.ts";
import { runSession } from "../../src/convert/session.ts";
import { action, UsageError } from "../action.ts";
import { readRepeated, toFlags, toSettingArgs } from "../args.ts";
import { createAsker } from "../convert/asker.ts";
import { createStop } from "../convert/stop.ts";
import { writeOut } from "../terminal.ts";

const args = {
  repo: {
    type: "positional",
    required: false,
    description: "A model on the hub, as owner/name, to fetch first; without: what lies in OV_MODEL_SRC",
  },
  only: { type: "string", description: "Convert this folder alone; may be given more than once" },
  include: { type: "string", description: "Only folders that fit the pattern, as Qwen*; more than once" },
  exclude: { type: "string", description: "No folders that fit the pattern; may be given more than once" },
  name: { type: "string", description: "The name of the model, when there is one alone" },
  overwrite: { type: "boolean", description: "Convert again, and replace models of the same name" },
  copy: { type: "boolean", description: "Leave the originals where they are" },
  "dry-run": { type: "boolean", description: "Only show what would be done" },
  yes: { type: "boolean", description: "Ask nothing; names are made from the folders" },
  json: { type: "boolean", description: "Print what was done as JSON" },
  "keep-going": { type: "boolean", description: "Go on with the next model when one fails" },
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
      repo: toRepo(given._[0]),
      selection: { only: list("only"), include: list("include"), exclude: list("exclude") },
      name: typeof given.name === "string" ? given.name : null,
      overwrite: flag("overwrite"),
      copy: flag("copy"),
      dryRun: flag("dry-run"),
      yes: flag("yes"),
      json: flag("json"),
      keepGoing: flag("keep-going"),
    };
    return await runConvert(options);
  }),
});

/** The hub's own rule for names: https://huggingface.co/docs/huggingface_hub (validate_repo_id). */
function toRepo(word: string | undefined): string | null {
  if (word === undefined) return null;
  if (/^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/.test(word)) return word;
  throw new UsageError(
    `Cannot fetch ${JSON.stringify(word)}: wanted is a model of the hub, as Qwen/Qwen2.5-3B-Instruct. ` +
      "A folder of OV_MODEL_SRC is chosen with --only.",
  );
}

async function runConvert(options: ConvertOptions): Promise<number> {
  const { loaded, dryRun } = options;
  const isInteractive = !options.yes && !dryRun;
  if (isInteractive && !process.stdin.isTTY) {
    throw new UsageError(
      "Cannot ask for names: the input is no terminal. Give --yes to take the folders' names.",
    );
  }
  readRegistry(loaded.settings);
  if (!dryRun) requireWritable(loaded.settings, options.copy);
  const stop = createStop();
  const { signal } = stop;
  // What a person reads goes to stderr: stdout is for --json.
  const isStyled = process.stderr.isTTY && Bun.enableANSIColors;
  const write = (text: string) => void process.stderr.write(isStyled ? text : Bun.stripANSI(text));
  // A terminal that does not know its size says 0.
  const width = process.stderr.isTTY ? process.stderr.columns || 80 : null;
  const asker = isInteractive ? createAsker({ input: process.stdin, write, signal }) : null;
  const check = dryRun ? null : createModelCheck(loaded, signal);
  try {
    const converter = createConverter(loaded, signal, write);
    const run = () =>
      runSession({
        options,
        converter,
        check: check ?? { check: async () => {}, dispose() {} },
        asker,
        signal,
        write,
        width,
      });
    const { report, code } = dryRun ? await run() : await withConvertLock(loaded.settings.modelOut, run);
    if (options.json) await writeOut(`${JSON.stringify(report, null, 2)}\n`);
    return code;
  } catch (error) {
    if (!signal.aborted) throw error;
    write("\nStopped: models that were done stay, the others are as they were.\n");
    return stop.exitCode();
  } finally {
    asker?.close();
    check?.dispose();
    stop.dispose();
  }
}
