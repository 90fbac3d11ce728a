import { existsSync } from "node:fs";
import { basename } from "node:path";
import type { Asker } from "../../cli/convert/asker.ts";
import { toOneLine } from "../../cli/terminal.ts";
import { OvError } from "../errors.ts";
import { listConverted } from "../models/manifests.ts";
import { downloadModel } from "./download.ts";
import type { ConvertOptions } from "./options.ts";
import { toDownloadFolder } from "./prepare.ts";
import { exporterCommand, installConvertEnv, isPinnedConvertEnv, probeConvertEnv } from "./python-env.ts";

/** The exporter in its Python environment. */
export interface Converter {
  command: string[];
  isReady(): Promise<boolean>;
  install(): Promise<void>;
}

export function createConverter(
  { settings, variables }: ConvertOptions["loaded"],
  signal: AbortSignal,
  write: (text: string) => void,
): Converter {
  const pythonEnv = settings.convertEnv;
  return {
    command: exporterCommand(pythonEnv),
    async isReady() {
      const probe = await probeConvertEnv(pythonEnv, { variables });
      return probe.state === "ready" && isPinnedConvertEnv(probe);
    },
    async install() {
      const onProgress = (line: string) => write(`${toOneLine(line)}\n`);
      await installConvertEnv({ pythonEnv, onProgress, signal, variables });
    },
  };
}

/** Installs it where it is missing; that was confirmed before. */
export async function bringConverter(converter: Converter): Promise<void> {
  if (!(await converter.isReady())) await converter.install();
}

export interface FetchOptions {
  options: ConvertOptions;
  converter: Converter;
  asker: Asker | null;
  signal: AbortSignal;
  write: (text: string) => void;
}

/** Brings `owner/repo` into OV_MODEL_SRC and returns its folder's name. */
export async function fetchRepo(repo: string, session: FetchOptions): Promise<string> {
  const { options, converter, asker, signal, write } = session;
  const { settings } = options.loaded;
  const targetDir = toDownloadFolder(repo, settings);
  const before = listConverted(settings.modelOut).manifests.find(
    ({ source_path }) => source_path === targetDir,
  );
  if (before !== undefined && !existsSync(targetDir) && !options.overwrite) {
    throw new OvError(
      "conversion_failed",
      `${repo} was converted before, as "${before.name}"; its original lies at ${before.original_path}. ` +
        "Move that back to convert it otherwise, or fetch it anew with --overwrite.",
    );
  }
  if (options.dryRun) {
    if (existsSync(targetDir)) return basename(targetDir);
    throw new OvError(
      "conversion_failed",
      `--dry-run does not fetch ${repo}, and it is not in ${settings.modelSrc} yet.`,
    );
  }
  if (!(await converter.isReady())) {
    const question =
      "The converter, which also fetches models, is not installed. Install it now (about 2 GB)?";
    if (asker !== null && !(await asker.confirm(question))) {
      throw new OvError(
        "setup_failed",
        "It cannot be fetched without: install the converter with `ov-llm setup --convert`.",
      );
    }
    await converter.install();
  }
  write(`Fetching ${repo} to ${targetDir}\n`);
  const onProgress = (line: string) => write(`${toOneLine(line)}\n`);
  const { variables } = options.loaded;
  const pythonEnv = settings.convertEnv;
  await downloadModel({ repo, pythonEnv, targetDir, onProgress, signal, variables });
  return basename(targetDir);
}
