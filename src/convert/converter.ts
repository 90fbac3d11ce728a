import type { LoadedSettings } from "../config/load.ts";
import { type DownloadProgress, downloadModel } from "./download.ts";
import { exporterCommand, installConvertEnv, isPinnedConvertEnv, probeConvertEnv } from "./python-env.ts";

/** The exporter and the hub's client, in their Python environment. */
export interface Converter {
  /** argv of `optimum-cli`. */
  command: string[];
  isReady(): Promise<boolean>;
  /** `onProgress` gets lines for a person. Throws `setup_failed`. */
  install(signal: AbortSignal, onProgress: (line: string) => void): Promise<void>;
  /** Brings `owner/name` of the hub into `targetDir`; the converter must be ready. Throws `download_failed`. */
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
    async fetch(repo, targetDir, signal, onProgress) {
      await downloadModel({ repo, pythonEnv, targetDir, onProgress, signal, variables });
    },
  };
}
