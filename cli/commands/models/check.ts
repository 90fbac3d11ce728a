import { defineCommand } from "citty";
import { type LoadedSettings, loadSettings } from "../../../src/config/load.ts";
import { OvError } from "../../../src/errors.ts";
import { type CheckedModel, checkFiles, renderChecked } from "../../../src/library/check.ts";
import { readModels } from "../../../src/library/edit.ts";
import { createLoadTester } from "../../../src/library/trial.ts";
import { findEntry } from "../../../src/registry/edit.ts";
import { parseRegistry } from "../../../src/registry/schema.ts";
import { action } from "../../action.ts";
import { toFlags, toSettingArgs } from "../../args.ts";
import { terminalWidth, toOneLine, writeOut } from "../../terminal.ts";

const args = {
  "name...": { type: "positional", required: false, description: "Only these models" },
  load: { type: "boolean", description: "Also load each one in the engine and let it answer one token" },
  json: { type: "boolean", description: "Print the result as JSON" },
  ...toSettingArgs(["registryPath", "runtimeDir", "device"]),
} as const;

export const check = defineCommand({
  meta: {
    name: "models check",
    description: "Look whether models can be served; exit code 1 when one cannot",
  },
  args,
  run: action<typeof args>(async ({ args: given }) => {
    const loaded = loadSettings({ flags: toFlags(given) });
    const files = await checkRegistered(loaded, given._);
    const checked = given.load === true ? await checkLoads(loaded, files) : files;
    const { registryPath } = loaded.settings;
    await writeOut(
      given.json === true
        ? `${JSON.stringify({ registry: registryPath, models: checked.map(toJson) }, null, 2)}\n`
        : renderChecked(checked, registryPath, terminalWidth()),
    );
    return checked.every(({ problem }) => problem === null) ? 0 : 1;
  }),
});

/** The files of the named models, or of all. */
async function checkRegistered({ settings }: LoadedSettings, named: string[]): Promise<CheckedModel[]> {
  const models = readModels(settings.registryPath);
  for (const name of named) findEntry(models, name);
  const { entries, problems } = parseRegistry(JSON.stringify({ version: 1, models }));
  const names = named.length > 0 ? [...new Set(named)] : Object.keys(models);
  return await Promise.all(
    names.map(async (name) => {
      const reasons = problems.filter((problem) => problem.name === name).map(({ reason }) => reason);
      return await checkFiles(name, entries.get(name), reasons);
    }),
  );
}

/** One after the other: two models at once may not fit in memory. Ctrl-C ends the engine too. */
async function checkLoads(loaded: LoadedSettings, files: CheckedModel[]): Promise<CheckedModel[]> {
  const stop = new AbortController();
  const onSignal = () => stop.abort(new OvError("shutting_down", "Stopped before all models were checked."));
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  const tester = createLoadTester(loaded, stop.signal);
  const checked: CheckedModel[] = [];
  try {
    for (const model of files) {
      if (model.entry === undefined || model.problem !== null) {
        checked.push(model);
        continue;
      }
      process.stderr.write(`${toOneLine(`Loading ${model.name}`)}\n`);
      const load = await tester.test(model.name, model.entry);
      checked.push({ ...model, load, problem: load.problem });
    }
    return checked;
  } finally {
    tester.dispose();
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }
}

function toJson({ name, path, problem, load }: CheckedModel) {
  return { name, path, ok: problem === null, problem, load };
}
