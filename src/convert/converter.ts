import type { LoadedSettings } from "../config/load.ts";
import { exporterCommand, installConvertEnv, isPinnedConvertEnv, probeConvertEnv } from "./python-env.ts";

/** The exporter, in its Python environment. */
export interface Converter {
  /** argv of `optimum-cli`. */
  command: string[];
  isReady(): Promise<boolean>;
  /** `onProgress` gets lines for a person. Throws `setup_failed`. */
  install(signal: AbortSignal, onProgress: (line: string) => void): Promise<void>;
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
  };
}
