import { defineCommand } from "citty";
import { type LoadedSettings, loadSettings } from "../../../src/config/load.ts";
import { OvError } from "../../../src/errors.ts";
import { type CheckedModel, checkLoads, checkModels } from "../../../src/library/check.ts";
import { createLoadTester } from "../../../src/library/trial.ts";
import { action } from "../../action.ts";
import { toFlags, toSettingArgs } from "../../args.ts";
import { renderChecked } from "../../models/render-check.ts";
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
    description: "Check whether models can be served; exit code 1 when one cannot",
  },
  args,
  run: action<typeof args>(async ({ args: given }) => {
    const loaded = loadSettings({ flags: toFlags(given) });
    const { registryPath } = loaded.settings;
    const files = await checkModels(registryPath, given._);
    const checked = given.load === true ? await loadAll(loaded, files) : files;
    await writeOut(
      given.json === true
        ? `${JSON.stringify({ registry: registryPath, models: checked.map(toJson) }, null, 2)}\n`
        : renderChecked(checked, registryPath, terminalWidth()),
    );
    return checked.every(({ problem }) => problem === null) ? 0 : 1;
  }),
});

/** Ctrl-C ends the engine too. */
async function loadAll(loaded: LoadedSettings, files: CheckedModel[]): Promise<CheckedModel[]> {
  const stop = new AbortController();
  const onSignal = () => stop.abort(new OvError("shutting_down", "Stopped before all models were checked."));
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  const tester = createLoadTester(loaded, stop.signal);
  try {
    return await checkLoads(files, tester, (name) => {
      process.stderr.write(`${toOneLine(`Loading ${name}`)}\n`);
    });
  } finally {
    tester.dispose();
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }
}

function toJson({ name, path, problem, load }: CheckedModel) {
  return { name, path, ok: problem === null, problem, load };
}
