import { accessSync, constants, existsSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/** The two npm packages, pinned: the addon of one release crashes over the libraries of another. */
export const nativePackages = {
  "openvino-genai-node": "2026.4.0",
  "openvino-node": "2026.4.0",
} as const;

/** The files that each package's download script fetches; without them a package is only its JavaScript. */
export const addonFiles = {
  "openvino-genai-node": "genai_node_addon.node",
  "openvino-node": "ov_node_addon.node",
} as const;
const addons = Object.entries(addonFiles).map(([name, file]) => join(name, "bin", file));

export interface AddonPlaces {
  /** OV_NATIVE_DIR: this folder and no other; null: the usual places. */
  nativeDir: string | null;
  execPath?: string;
  home?: string;
}

/** The folder with both packages whole, as a real path; null: there is none. */
export function findAddon(places: AddonPlaces): string | null {
  const dir = toPlaces(places).find((place) => addons.every((addon) => existsSync(join(place, addon))));
  return dir === undefined ? null : realpathSync(dir);
}

/** Where `ov-llm setup --native` puts the packages: beside the executable where this user may write there. */
export function toInstallPlace({ nativeDir, execPath = process.execPath, home }: AddonPlaces): string {
  if (nativeDir !== null) return nativeDir;
  const beside = besidePlace(execPath);
  return isExecutable() && isWritable(dirname(beside)) ? beside : homePlace(home);
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** True in the built executable, whose modules lie in a virtual file system. */
export function isExecutable(): boolean {
  return import.meta.path.startsWith("/$bunfs/");
}

/** The executable's real folder comes before the one in the home: an executable that was moved has its packages beside it. */
function toPlaces({ nativeDir, execPath = process.execPath, home }: AddonPlaces): string[] {
  if (nativeDir !== null) return [nativeDir];
  return [besidePlace(execPath), homePlace(home)];
}

function besidePlace(execPath: string): string {
  return join(dirname(realpathSync(execPath)), "node_modules");
}

function homePlace(home = homedir()): string {
  return join(home, ".local", "lib", "ov-llm", "node_modules");
}
