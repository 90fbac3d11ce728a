import { rmSync } from "node:fs";
import type { LoadedSettings } from "../config/load.ts";
import { makeTemporaryFolder } from "../linux/folders.ts";
import { readHfTask } from "../models/hf-folder.ts";
import { type DownloadProgress, downloadConfig, downloadModel } from "./download.ts";
import { exporterCommand, installConvertEnv, isPinnedConvertEnv, probeConvertEnv } from "./python-env.ts";

/** The exporter and the hub's client, in their Python environment. It must be ready for whatever comes after `install`. */
export interface Converter {
  /** argv of `optimum-cli`. */
  command: string[];
  isReady(): Promise<boolean>;
  /** `onProgress` gets lines for a person. Throws `setup_failed`. */
  install(signal: AbortSignal, onProgress: (line: string) => void): Promise<void>;
  /** What a model on the hub does, see src/models/tasks.ts; null: its files do not show it. Throws `download_failed`. */
  findTask(repo: string, signal: AbortSignal): Promise<string | null>;
  /** Brings `owner/name` of the hub into `targetDir`. Throws `download_failed`. */
  fetch(
    repo: string,
    targetDir: string,
    signal: AbortSignal,
    onProgress: (progress: DownloadProgress) => void,
  ): Promise<void>;
}

export function createConverter({ settings, variables }: LoadedSettings): Converter {
  const pythonEnv = settings.convertEnv;
  return {
    command: exporterCommand(pythonEnv),
    async isReady() {
      const probe = await probeConvertEnv(pythonEnv, { variables });
      return probe.state === "ready" && isPinnedConvertEnv(probe);
    },
    async install(signal, onProgress) {
      await installConvertEnv({ pythonEnv, onProgress, signal, variables });
    },
    async findTask(repo, signal) {
      const targetDir = makeTemporaryFolder("ov-llm-look-");
      try {
        await downloadConfig({ repo, pythonEnv, targetDir, signal, variables });
        return readHfTask(targetDir, repo);
      } finally {
        rmSync(targetDir, { recursive: true, force: true });
      }
    },
    async fetch(repo, targetDir, signal, onProgress) {
      await downloadModel({ repo, pythonEnv, targetDir, onProgress, signal, variables });
    },
  };
}
