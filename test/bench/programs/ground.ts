import type { Curve } from "../measuring/curve.ts";
import type { Figure } from "../measuring/goals.ts";
import type { Prompts } from "../measuring/prompts.ts";
import { prepareRandomFolder, type Shape } from "../models/random-model.ts";
import type { BenchOptions } from "../options.ts";
import { type BenchServer, createHome, startServer } from "./server.ts";

/** What a part on growth starts from. */
export interface Ground {
  executable: string;
  options: BenchOptions;
  /** A real model, for the tokenizers of others. */
  realModel: string;
  prompts: Prompts;
  say: (text: string) => void;
}

export interface Growth {
  /** Which model it was; absent: the one of the options. */
  model?: string;
  curves: Curve[];
  figures: Figure[];
}

export interface GrowthServer extends BenchServer {
  home: string;
}

export interface GrowthServerOptions {
  modelPath: string;
  env?: Record<string, string>;
  /** More of the model's registry entry. */
  entry?: Record<string, unknown>;
}

/** A server with a HOME of its own, which goes with it, and one model. */
export async function startGrowthServer(
  { executable, options }: Ground,
  { modelPath, env = {}, entry = {} }: GrowthServerOptions,
): Promise<GrowthServer> {
  const alone = { ...options, modelPath, kinds: [] };
  const { home, remove } = createHome(alone, entry);
  const server = await startServer({ executable, home, options: alone, env }).catch((error: unknown) => {
    remove();
    throw error;
  });
  return {
    ...server,
    home,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      remove();
    },
  };
}

/** A folder of a model of random weights that reads 64k tokens. */
export function prepareShape(shape: Shape, { realModel, options, say }: Ground): Promise<string> {
  return prepareRandomFolder(shape, realModel, { runtimeDir: options.runtimeDir, say });
}
