import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { OvError } from "../../errors.ts";
import { type GenAi, isGenAi, isOpenVino, type OpenVino } from "./binding.ts";

/** What the probe finds out and the ready message repeats. */
export const NativeFacts = Type.Object({
  openvino_genai_node: Type.String(),
  openvino_node: Type.String(),
  /** Of the library itself, as it states it. */
  openvino: Type.String(),
  /** As OpenVINO names them: CPU, GPU, GPU.0, NPU, … */
  devices: Type.Array(Type.String()),
  /** Device -> the name of the hardware behind it. */
  device_names: Type.Record(Type.String(), Type.String()),
});
export type NativeFacts = Static<typeof NativeFacts>;

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
  const wanted = genaiFile.dependencies?.["openvino-node"] ?? genaiFile.version;
  if (wanted !== openvinoFile.version) {
    throw mismatch(
      dir,
      genaiFile.version,
      `openvino-node ${wanted}`,
      `openvino-node ${openvinoFile.version}`,
    );
  }
  const openvino = await importFrom(dir, "openvino-node", isOpenVino);
  const { buildNumber } = openvino.addon.getOpenvinoVersion();
  if (toRelease(buildNumber) !== toRelease(openvinoFile.version)) {
    throw mismatch(dir, genaiFile.version, `OpenVINO ${openvinoFile.version}`, `OpenVINO ${buildNumber}`);
  }
  const genai = await importFrom(dir, "openvino-genai-node", isGenAi);
  const versions = {
    openvino_genai_node: genaiFile.version,
    openvino_node: openvinoFile.version,
    openvino: buildNumber,
  };
  return { genai, facts: { ...versions, ...listDevices(openvino) } };
}

function listDevices({ addon }: OpenVino): Pick<NativeFacts, "devices" | "device_names"> {
  const core = new addon.Core();
  const devices = core.getAvailableDevices();
  const name = (device: string) => {
    try {
      return String(core.getProperty(device, "FULL_DEVICE_NAME")).trim();
    } catch (error) {
      return `unknown (${error instanceof Error ? error.message : error})`;
    }
  };
  return { devices, device_names: Object.fromEntries(devices.map((device) => [device, name(device)])) };
}

function readPackage(dir: string, name: string): Static<typeof PackageFile> {
  const path = join(dir, name, "package.json");
  try {
    const content: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (Value.Check(PackageFile, content)) return content;
  } catch {
    // It is said below, like a file with something else in it.
  }
  throw new OvError("engine_unavailable", `${path} states no version. ${mend}`);
}

async function importFrom<T>(dir: string, name: string, isIt: (value: unknown) => value is T): Promise<T> {
  const path = join(dir, name, "dist", "index.js");
  try {
    const module: unknown = await import(path);
    if (isIt(module)) return module;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new OvError("engine_unavailable", `Cannot load ${path}: ${reason}. ${mend}`, { cause: error });
  }
  throw new OvError("engine_unavailable", `${path} exports something else than ov-llm knows. ${mend}`);
}

const mend = "Install it again with `ov-llm setup --native`.";

function mismatch(dir: string, version: string, wanted: string, found: string): OvError {
  return new OvError(
    "engine_unavailable",
    `openvino-genai-node ${version} needs ${wanted}, but in "${dir}" there is ${found}. ${mend}`,
  );
}

/** Year and number: 2026.4 of 2026.4.0 and of 2026.4.0-20500-abcdef-releases/2026/4. */
function toRelease(version: string): string {
  return version.split(/[.-]/, 2).join(".");
}
