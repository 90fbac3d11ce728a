import type { LoadedSettings } from "../../config/load.ts";
import { installOtherTransformers, toPackages } from "./other-transformers.ts";
import { exporterCommand, installConvertEnv, isPinnedConvertEnv, probeConvertEnv } from "./python-env.ts";
import { toSafeWeightsCommand } from "./safe-weights.ts";
import { toTokenizerCommand } from "./tokenizer.ts";
import type { OtherTransformers } from "./transformers-versions.ts";

/** The exporter, in its Python environment. */
export interface Converter {
  /** argv of `optimum-cli`, with another version of transformers if one is named. */
  toCommand(transformers: OtherTransformers | null): string[];
  /** argv that gives a folder the tokenizer that it lacks. */
  toTokenizerCommand(places: { source: string; target: string; trustRemoteCode: boolean }): string[];
  /** argv that writes weights in torch's own form as .safetensors. */
  toSafeWeightsCommand(source: string, target: string): string[];
  isReady(): Promise<boolean>;
  /** `onProgress` gets lines for a person. Throws `setup_failed`. */
  install(signal: AbortSignal, onProgress: (line: string) => void): Promise<void>;
  /** Installs another version of transformers into a ready converter, unless it is there. Throws `setup_failed`. */
  installOther(
    transformers: OtherTransformers,
    signal: AbortSignal,
    onProgress: (line: string) => void,
  ): Promise<void>;
}

export function createConverter({ settings, variables }: LoadedSettings): Converter {
  const { convertEnv: pythonEnv, python } = settings;
  return {
    toCommand: (transformers) => exporterCommand(pythonEnv, toPackages(pythonEnv, transformers)),
    toTokenizerCommand: (places) => toTokenizerCommand(pythonEnv, places),
    toSafeWeightsCommand: (source, target) => toSafeWeightsCommand(pythonEnv, source, target),
    async isReady() {
      const probe = await probeConvertEnv(pythonEnv, { variables });
      return probe.state === "ready" && isPinnedConvertEnv(probe);
    },
    async install(signal, onProgress) {
      await installConvertEnv({ pythonEnv, python, onProgress, signal, variables });
    },
    async installOther(transformers, signal, onProgress) {
      await installOtherTransformers(pythonEnv, transformers, { signal, variables, onProgress });
    },
  };
}
