import { createModelHome as createHome, type ModelHome as Home } from "../helpers/model-home.ts";
import { type CliResult, runCli } from "./run-cli.ts";

export interface ModelHome extends Home {
  models(...args: string[]): Promise<CliResult>;
}

/** A home of its own for `ov-llm models …` */
export function createModelHome(env: Record<string, string> = {}): ModelHome {
  const home = createHome();
  return { ...home, models: (...args) => runCli(["models", ...args], { home: home.home, env }) };
}
