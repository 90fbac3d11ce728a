import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { OvError, toReason } from "../../errors.ts";
import type { Variables } from "../../linux/program.ts";
import { withSetupLock } from "../../linux/setup-lock.ts";
import { which } from "../../python/find.ts";
import { toNextTry } from "../../python/install.ts";
import type { Lock } from "../../python/lock.ts";
import { installLocked } from "../../python/locked-install.ts";
import text4_53 from "../../python/locks/transformers-4.53.3.txt" with { type: "text" };
import text4_57 from "../../python/locks/transformers-4.57.6.txt" with { type: "text" };
import text5_2 from "../../python/locks/transformers-5.2.0.txt" with { type: "text" };
import { toPython } from "../../python/probe.ts";
import { isMadeFrom, writeStamp } from "../../python/stamp.ts";
import type { OtherTransformers } from "./transformers-versions.ts";

const locks: Readonly<Record<OtherTransformers, Lock>> = {
  "5.2.0": { name: "transformers-5.2.0", text: text5_2 },
  "4.57.6": { name: "transformers-4.57.6", text: text4_57 },
  "4.53.3": { name: "transformers-4.53.3", text: text4_53 },
};

/** Bytes that another version of transformers takes on disk: 102 to 135 MB, measured. */
export const otherTransformersBytes = 135 * 1024 ** 2;

/**
 * Where the packages that replace the converter's own are: in its environment, because they are for its Python, and are removed
 * when it is rebuilt. All others, such as torch, are shared.
 */
export function toFolder(pythonEnv: string, version: OtherTransformers): string {
  return join(pythonEnv, `transformers-${version}`);
}

/** The folder that replaces packages of the environment for that version; null: it is the converter's own version. */
export function toPackages(pythonEnv: string, version: OtherTransformers | null): string | null {
  return version === null ? null : toFolder(pythonEnv, version);
}

function hasOtherTransformers(pythonEnv: string, version: OtherTransformers): boolean {
  return isMadeFrom(toFolder(pythonEnv, version), [locks[version]]);
}

/** Installs it beside the converter's own, which must be there. Throws `setup_failed`; a kill leaves nothing that counts. */
export async function installOtherTransformers(
  pythonEnv: string,
  version: OtherTransformers,
  { signal, variables, onProgress }: Options,
): Promise<void> {
  if (hasOtherTransformers(pythonEnv, version)) return;
  const what = `Cannot set up transformers ${version}`;
  const folder = toFolder(pythonEnv, version);
  await withSetupLock(pythonEnv, { what: "the converter", setting: "OV_CONVERT_ENV" }, async (scrapDir) => {
    onProgress(`Installing transformers==${version} beside the converter's own (about 15 MB to fetch)`);
    const fresh = mkdtempSync(join(scrapDir, `${basename(folder)}-`));
    const uv = which("uv", variables);
    const run = await installLocked(locks[version], {
      program: uv === null ? { kind: "pip" } : { kind: "uv", uv },
      python: toPython(pythonEnv),
      options: ["--target", fresh],
      scrapDir,
      what,
      command: "ov-llm convert",
      variables,
      signal,
    });
    if (run.reason !== null) throw failed(what, run.reason, signal);
    writeStamp(fresh, [locks[version]]);
    try {
      rmSync(folder, { recursive: true, force: true });
      renameSync(fresh, folder);
    } catch (error) {
      throw failed(what, toReason(error), signal);
    }
  });
}

interface Options {
  signal: AbortSignal;
  variables: Variables;
  onProgress: (line: string) => void;
}

function failed(what: string, why: string, signal: AbortSignal): OvError {
  return new OvError("setup_failed", { what, why, next: toNextTry("ov-llm convert", signal) });
}
