import { existsSync, mkdirSync, mkdtempSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { OvError } from "../../../errors.ts";
import { runProgram, type Variables } from "../../../linux/program.ts";
import { withSetupLock } from "../../../linux/setup-lock.ts";
import type { NativeFacts } from "../../../protocol/native-facts.ts";
import { addonFiles, findAddon, nativePackages } from "./find.ts";
import { toLibrariesDigest } from "./libraries.ts";
import { type NativeLocks, nativeLocks, toManifest } from "./packages.ts";
import { probeNative } from "./probe.ts";

export interface NativeInstallOptions {
  /** The node_modules folder to fill; see `toInstallPlace`. */
  place: string;
  variables: Variables;
  onProgress: (line: string) => void;
  signal?: AbortSignal;
  /** Absent: those of this release. */
  locks?: NativeLocks;
  /** Also install libraries whose sha256 differs from the known one. */
  trustNew?: boolean;
  /** Tries the packages in a folder, in a separate process, before they count as ready; returns why they do not work, or null. */
  tryOut?: (folder: string) => Promise<string | null>;
}

const labels = {
  what: "the native engine",
  command: "ov-llm setup --native",
  setting: "OV_NATIVE_DIR" as const,
};

/** Each package's own script fetches its addon and libraries from Intel's storage. The libraries' package is first. */
const downloads = [
  ["openvino-node", join("openvino-node", "scripts", "download-runtime.js")],
  ["openvino-genai-node", join("openvino-genai-node", "scripts", "download-runtime.cjs")],
] as const;
const packagesMs = 5 * 60_000;
const downloadMs = 15 * 60_000;

/**
 * Installs both packages completely in `place` and returns what they report about themselves. Correct ones stay as they are. New
 * ones are fetched and tried beside them, then renamed into place, so the previous ones keep working until then.
 * Throws `setup_failed`.
 */
export async function installNative(options: NativeInstallOptions): Promise<NativeFacts> {
  const { place } = options;
  const before = await findPinned(options);
  if (before) {
    await checkWorks(place, options);
    return before;
  }
  return await withSetupLock(place, labels, async (scrapDir) => {
    const folder = mkdtempSync(join(scrapDir, "new-"));
    const fresh = join(folder, "node_modules");
    const bringing = { ...options, variables: { ...options.variables, ...keepIn(folder, options) } };
    await bringPackages(folder, bringing);
    for (const [name, script] of downloads) {
      await download(name, join(fresh, script), bringing);
      await checkLibraries(name, join(fresh, name, "bin"), options);
    }
    const found = await probeNative(findAddon({ nativeDir: fresh }), bringing);
    if (found.state !== "ready")
      throw failed(found.state === "broken" ? found.reason : "no addon came with it");
    await checkWorks(fresh, options);
    if (existsSync(place)) renameSync(place, join(folder, "old"));
    renameSync(fresh, place);
    const { state: _state, ...facts } = found;
    return facts;
  });
}

/** Keeps bun from caching anything in the home folder: packages, unless a cache is configured, or compiled scripts. */
function keepIn(folder: string, { variables }: NativeInstallOptions): Record<string, string> {
  return {
    BUN_INSTALL_CACHE_DIR: variables.BUN_INSTALL_CACHE_DIR || join(folder, "packages"),
    BUN_RUNTIME_TRANSPILER_CACHE_PATH: "0",
  };
}

/** An addon may report its versions and still crash at its first model. */
async function checkWorks(folder: string, { tryOut }: NativeInstallOptions): Promise<void> {
  const problem = await tryOut?.(folder);
  if (problem) throw failed(`it does not load a model: ${problem}`);
}

async function findPinned({ place, ...options }: NativeInstallOptions): Promise<NativeFacts | null> {
  const found = await probeNative(findAddon({ nativeDir: place }), options);
  if (found.state !== "ready") return null;
  const { state: _state, ...facts } = found;
  const isPinned =
    facts.openvino_genai_node === nativePackages["openvino-genai-node"] &&
    facts.openvino_node === nativePackages["openvino-node"];
  return isPinned ? facts : null;
}

async function bringPackages(folder: string, options: NativeInstallOptions): Promise<void> {
  const names = Object.entries(nativePackages).map(([name, version]) => `${name} ${version}`);
  options.onProgress(`Fetching ${names.join(" and ")} (11 MB on disk)`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), toManifest());
  writeFileSync(join(folder, "bun.lock"), (options.locks ?? nativeLocks).packages);
  const args = [
    "install",
    "--production",
    "--ignore-scripts",
    "--frozen-lockfile",
    "--no-progress",
    `--cwd=${folder}`,
  ];
  const reason = await runAsBun(args, packagesMs, options);
  if (reason !== null) throw failed(`the packages cannot be fetched from npm (${reason})`);
}

/**
 * The scripts look for a proxy in `http_proxy` alone, though they speak HTTPS. What they print is not shown: it holds the
 * proxy's password.
 */
async function download(
  name: keyof typeof addonFiles,
  script: string,
  options: NativeInstallOptions,
): Promise<void> {
  const { variables, onProgress } = options;
  onProgress(`Fetching the libraries of ${name} from Intel's storage (100 MB and more)`);
  // An empty variable is an unset one.
  const proxy = variables.https_proxy || variables.HTTPS_PROXY || variables.http_proxy;
  const withProxy = { ...options, variables: { ...variables, ...(proxy && { http_proxy: proxy }) } };
  const reason = await runAsBun([script, "-f"], downloadMs, withProxy);
  if (reason !== null && isCut.test(reason)) throw cut(name, reason);
  if (reason !== null) throw failed(`the libraries of ${name} cannot be fetched (${reason})`);
  const addon = addonFiles[name];
  const size = statSync(join(dirname(dirname(script)), "bin", addon), { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) throw cut(name, `${addon} is not among them`);
}

/** How Node's streams, zlib and tar report an archive that ends too early. */
const isCut =
  /unexpected end|premature|aborted|ECONNRESET|socket hang up|TAR_|truncated|incorrect data check/i;

function cut(name: string, reason: string): OvError {
  const next = `Nothing of it was kept. ${batchingWorks}`;
  return failed(`the download of ${name}'s libraries was cut (${reason})`, next);
}

/** Checks the libraries before anything in them is loaded. */
async function checkLibraries(
  name: (typeof downloads)[number][0],
  folder: string,
  { locks = nativeLocks, trustNew = false, onProgress }: NativeInstallOptions,
): Promise<void> {
  const expected = locks.libraries[name];
  if (expected === undefined) {
    onProgress(`The libraries of ${name} are not checked: no sha256 of them is known (docs/security.md)`);
    return;
  }
  const found = existsSync(folder) ? await toLibrariesDigest(folder) : "none";
  if (found === expected) return;
  if (trustNew) onProgress(`The libraries of ${name} have the sha256 ${found}, not ${expected}: --trust-new`);
  else
    throw failed(
      `the libraries that came for ${name} are not those that ov-llm was made with: their sha256 is ${found}, expected ${expected}`,
      "They were not installed. They may be damaged, or somebody may have replaced them: check the proxy, then run `ov-llm setup --native` again. With --trust-new they are installed anyway. The batching engine works without them.",
    );
}

/** Why it failed, as a clause; null: it succeeded. Every executable that bun builds is bun itself with BUN_BE_BUN set (Bun documentation, "Single-file executable"). */
async function runAsBun(
  args: string[],
  timeoutMs: number,
  { variables, signal }: NativeInstallOptions,
): Promise<string | null> {
  const run = await runProgram([process.execPath, ...args], {
    variables: { ...variables, BUN_BE_BUN: "1" },
    timeoutMs,
    signal,
  });
  return run.reason;
}

const batchingWorks =
  "The batching engine works without it; when the network allows, run `ov-llm setup --native` again.";

function failed(why: string, next = batchingWorks): OvError {
  return new OvError("setup_failed", { what: "Cannot install the native engine", why, next });
}
