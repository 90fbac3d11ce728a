import { join } from "node:path";
import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { OvError, toOvError, toReason } from "../../errors.ts";
import { readTextFile } from "../../files.ts";
import type { NativeAnswer, NativeFacts } from "../../protocol/native-facts.ts";
import { type GenAi, isGenAi, isOpenVino, type OpenVino } from "./binding.ts";

export interface Addon {
  genai: GenAi;
  facts: NativeFacts;
}

const PackageFile = Type.Object({
  version: Type.String(),
  dependencies: Type.Optional(Type.Record(Type.String(), Type.String())),
});

/**
 * Loads both packages from `dir` by their absolute paths: a package that is bundled into the executable would look
 * for its addon in the executable's own file system. Versions are compared before anything native runs.
 * Throws `engine_unavailable`; may crash the process when the libraries do not fit, so only a child calls it.
 */
export async function loadAddon(dir: string): Promise<Addon> {
  const [genaiFile, openvinoFile] = [
    readPackage(dir, "openvino-genai-node"),
    readPackage(dir, "openvino-node"),
  ];
  const needed = genaiFile.dependencies?.["openvino-node"] ?? genaiFile.version;
  const refuse = (expected: string, found: string) => mismatch(dir, genaiFile.version, expected, found);
  if (needed !== openvinoFile.version) {
    throw refuse(`openvino-node ${needed}`, `openvino-node ${openvinoFile.version}`);
  }
  const openvino = await importFrom(dir, "openvino-node", isOpenVino);
  const { buildNumber } = openvino.addon.getOpenvinoVersion();
  if (toRelease(buildNumber) !== toRelease(openvinoFile.version)) {
    throw refuse(`OpenVINO ${openvinoFile.version}`, `OpenVINO ${buildNumber}`);
  }
  const genai = await importFrom(dir, "openvino-genai-node", isGenAi);
  const versions = {
    openvino_genai_node: genaiFile.version,
    openvino_node: openvinoFile.version,
    openvino: buildNumber,
  };
  return { genai, facts: { ...versions, ...listDevices(openvino) } };
}

/** What the addon in `dir` reports about itself, or why it cannot be used. */
export async function probeAddon(dir: string): Promise<NativeAnswer> {
  try {
    return (await loadAddon(dir)).facts;
  } catch (error) {
    return { problem: toOvError(error).facts };
  }
}

function listDevices({ addon }: OpenVino): Pick<NativeFacts, "devices" | "device_names"> {
  const core = new addon.Core();
  const devices = core.getAvailableDevices();
  const name = (device: string) => {
    try {
      return String(core.getProperty(device, "FULL_DEVICE_NAME")).trim();
    } catch (error) {
      return `unknown (${toReason(error)})`;
    }
  };
  return { devices, device_names: Object.fromEntries(devices.map((device) => [device, name(device)])) };
}

function readPackage(dir: string, name: string): Static<typeof PackageFile> {
  const path = join(dir, name, "package.json");
  try {
    const content: unknown = JSON.parse(readTextFile(path));
    if (Value.Check(PackageFile, content)) return content;
  } catch {
    // Reported below, like a file with other content.
  }
  throw new OvError("engine_unavailable", { what: `${path} states no version`, next: reinstall });
}

async function importFrom<T>(dir: string, name: string, isIt: (value: unknown) => value is T): Promise<T> {
  const path = join(dir, name, "dist", "index.js");
  try {
    const module: unknown = await import(path);
    if (isIt(module)) return module;
  } catch (error) {
    const facts = { what: `Cannot load ${path}`, why: toReason(error), next: reinstall };
    throw new OvError("engine_unavailable", facts, { cause: error });
  }
  throw new OvError("engine_unavailable", {
    what: `${path} does not export what ov-llm expects`,
    next: reinstall,
  });
}

const reinstall = "Install it again with `ov-llm setup --native`.";

function mismatch(dir: string, version: string, expected: string, found: string): OvError {
  return new OvError("engine_unavailable", {
    what: `openvino-genai-node ${version} needs ${expected}, but in "${dir}" there is ${found}`,
    next: reinstall,
  });
}

/** Year and number: 2026.4 of 2026.4.0 and of 2026.4.0-20500-abcdef-releases/2026/4. */
function toRelease(version: string): string {
  return version.split(/[.-]/, 2).join(".");
}
