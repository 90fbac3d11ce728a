import { defineCommand } from "citty";
import { type LoadedSettings, loadSettings } from "../../../src/config/load.ts";
import { type CheckedModel, checkLoads, checkModels } from "../../../src/library/check.ts";
import { createLoadTester } from "../../../src/library/trial.ts";
import { action } from "../../action.ts";
import { toFlags, toSettingArgs } from "../../args.ts";
import { renderChecked } from "../../models/render-check.ts";
import { untilStopped } from "../../stop.ts";
import { createStderrLog, terminalWidth, toOneLine, writeError, writeOut } from "../../terminal.ts";

const args = {
  "name...": { type: "positional", valueHint: "model", required: false, description: "Only these models" },
  load: { type: "boolean", description: "Also load each model and use it once" },
  json: { type: "boolean", description: "Print the result as JSON" },
  ...toSettingArgs(["registryPath", "runtimeDir", "device"]),
} as const;

export const check = defineCommand({
  meta: {
    name: "models check",
    description: "Check whether models can be served; exit code 1 if one cannot",
  },
  args,
  run: action<typeof args>(async ({ args: given }) => {
    const loaded = loadSettings({ flags: toFlags(given) });
    const { registryPath } = loaded.settings;
    const files = await checkModels(registryPath, given._);
    const show = async (checked: CheckedModel[]) => {
      await writeOut(
        given.json === true
          ? `${JSON.stringify({ registry: registryPath, models: checked.map(toJson) }, null, 2)}\n`
          : renderChecked(checked, registryPath, terminalWidth()),
      );
      return checked.every(({ problem }) => problem === null) ? 0 : 1;
    };
    if (given.load !== true) return await show(files);
    return await untilStopped(
      async (signal) => await show(await loadAll(loaded, files, signal)),
      () => writeError("Stopped before all models were checked."),
    );
  }),
});

/** The signal ends the engine too. */
async function loadAll(
  loaded: LoadedSettings,
  files: CheckedModel[],
  signal: AbortSignal,
): Promise<CheckedModel[]> {
  const tester = createLoadTester(loaded, createStderrLog(loaded.settings), signal);
  try {
    return await checkLoads(files, tester, (name) => {
      process.stderr.write(`${toOneLine(`Loading ${name}`)}\n`);
    });
  } finally {
    tester.dispose();
  }
}

function toJson({ name, path, problem, load }: CheckedModel) {
  return { name, path, ok: problem === null, problem, load };
}
