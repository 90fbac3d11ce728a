import { defineCommand } from "citty";
import { type LoadedSettings, loadSettings } from "../../src/config/load.ts";
import type { Settings } from "../../src/config/settings.ts";
import { renderSettingsTemplate } from "../../src/config/template.ts";
import { installConvertEnv, type ReadyConvertEnv } from "../../src/convert/environment/python-env.ts";
import type { NativeProbe } from "../../src/engine/kinds/native/probe.ts";
import { renderFacts } from "../../src/errors.ts";
import { type EnginesSetup, type SetupEvent, type SetupWish, setUpEngines } from "../../src/library/setup.ts";
import { starterModel } from "../../src/library/starter.ts";
import { action } from "../action.ts";
import { toFlags, toSettingArgs } from "../args.ts";
import { askFirstQuestion } from "../ask.ts";
import { toServer } from "../server.ts";
import { untilStopped } from "../stop.ts";
import { renderBlock, toOneLine, writeOut } from "../terminal.ts";

export const setup = defineCommand({
  meta: {
    name: "setup",
    description:
      "Install or repair the batching engine, or with --native the native one; --convert adds the converter",
  },
  args: {
    ...toSettingArgs(["runtimeDir", "nativeDir", "registryPath", "convertEnv", "python"]),
    native: {
      type: "boolean",
      description: "Only install the native engine, which needs no Python",
    },
    "trust-new": {
      type: "boolean",
      description: "With --native: also install libraries whose sha256 differs from the known one",
    },
    starter: {
      type: "boolean",
      description: `Also fetch and register ${starterModel.name}, a small model (98 MB)`,
    },
    convert: {
      type: "boolean",
      description: "Also install the converter, for `ov-llm convert` (2 GB on disk)",
    },
    ask: {
      type: "boolean",
      description: "Only ask the running server a first question and print the answer",
    },
    "print-settings": {
      type: "boolean",
      description: "Only print a settings file with every setting commented out",
    },
    json: { type: "boolean", description: "Print what is installed as JSON" },
  },
  run: action(async ({ args }) => {
    if (args["print-settings"] === true) return await print(renderSettingsTemplate());
    const loaded = loadSettings({ flags: toFlags(args) });
    const { settings } = loaded;
    if (args.ask === true) return await ask(settings);
    const wish = {
      native: args.native === true,
      starter: args.starter === true,
      trustNew: args["trust-new"] === true,
    };
    return await untilStopped(async (signal) => {
      const installed = await install(loaded, { ...wish, convert: args.convert === true }, signal);
      return await print(
        args.json === true ? toJson(installed, settings) : renderInstalled(installed, settings),
      );
    });
  }),
});

interface Installed extends EnginesSetup {
  /** null: it was not asked for. */
  converter: ReadyConvertEnv | null;
}

/** The signal ends pip and uv too, and removes what is half done. */
async function install(
  loaded: LoadedSettings,
  wish: SetupWish & { convert: boolean },
  signal: AbortSignal,
): Promise<Installed> {
  const engines = await setUpEngines(loaded, wish, show, signal);
  if (!wish.convert) return { ...engines, converter: null };
  const { settings, variables } = loaded;
  const { convertEnv: pythonEnv, python } = settings;
  const converter = await installConvertEnv({ pythonEnv, python, variables, onProgress: say, signal });
  return { ...engines, converter };
}

function show(event: SetupEvent): void {
  say(event.type === "progress" ? event.line : renderLeft(event));
}

function renderLeft({ registryPath, path, other }: Extract<SetupEvent, { type: "starter_left" }>): string {
  return (
    `Left "${starterModel.name}" in ${registryPath} as it is: it points at ${other ?? "no path"}, not at ${path}. ` +
    "Remove that entry and run this again to use the fetched model."
  );
}

async function ask(settings: Settings): Promise<number> {
  const seconds = settings.loadSeconds + 120;
  const answered = await askFirstQuestion(toServer(settings), starterModel.name, seconds);
  if (answered === null) {
    process.stderr.write("No registered model writes text, so no question is asked.\n");
    return 0;
  }
  const { question, model, answer } = answered;
  return await print(`${model} was asked: ${question}\n${model} answered: ${toOneLine(answer)}\n`);
}

function toJson({ runtime, native, converter }: Installed, { runtimeDir, convertEnv }: Settings): string {
  const convert = converter === null ? {} : { converter: { ...converter, environment_dir: convertEnv } };
  const batching = runtime === null ? {} : { ...runtime, runtime_dir: runtimeDir };
  return `${JSON.stringify({ ...batching, native, ...convert }, null, 2)}\n`;
}

function renderInstalled(
  { runtime, native, starterPath, converter }: Installed,
  { runtimeDir, convertEnv }: Settings,
): string {
  const lines: [string, string][] = [];
  if (runtime !== null) {
    lines.push(
      ["engine", `openvino-genai ${runtime.openvino_genai}, openvino ${runtime.openvino}`],
      ["python", `${runtime.python} in ${runtimeDir}`],
      ["devices", renderDevices(runtime)],
    );
  }
  lines.push(["native", renderNative(native)]);
  if (native.state === "ready" && runtime === null) lines.push(["devices", renderDevices(native)]);
  if (starterPath !== null) lines.push(["starter", starterPath]);
  if (converter !== null) lines.push(["converter", `${renderConverter(converter)} in ${convertEnv}`]);
  return renderBlock(
    lines.map(([label]) => label),
    lines.map(([, value]) => toOneLine(value)),
  );
}

type Devices = Pick<Extract<NativeProbe, { state: "ready" }>, "devices" | "device_names">;

function renderDevices({ devices, device_names }: Devices): string {
  const named = devices.map((device) => `${device} (${device_names[device] ?? "unknown"})`);
  return named.length === 0 ? "none" : named.join(", ");
}

function renderNative(native: NativeProbe): string {
  if (native.state === "ready") {
    return `openvino-genai-node ${native.openvino_genai_node}, openvino ${native.openvino}`;
  }
  const hint = "`ov-llm setup --native` installs this engine, which needs no Python";
  return native.state === "broken" ? toBroken(native) : `not installed; ${hint}`;
}

function toBroken({ reason, next }: Extract<NativeProbe, { state: "broken" }>): string {
  return renderFacts({ what: "broken", why: reason, ...(next !== undefined && { next }) });
}

function renderConverter({ packages }: ReadyConvertEnv): string {
  const shown = ["optimum-intel", "nncf", "torch"];
  return shown.map((name) => `${name} ${packages[name] ?? "?"}`).join(", ");
}

/** Progress goes to stderr: stdout is for the result. */
function say(line: string): void {
  process.stderr.write(`${toOneLine(line)}\n`);
}

async function print(text: string): Promise<number> {
  await writeOut(text);
  return 0;
}
