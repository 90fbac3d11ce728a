import { join } from "node:path";
import { isExecutable } from "./find.ts";

export interface NativeLauncher {
  /** The command that starts one host. */
  argv: string[];
  env: Record<string, string | undefined>;
}

/** The executable itself, or bun with the sources, as a host over the addon in `dir`. */
export function createNativeLauncher(dir: string, env: Record<string, string | undefined>): NativeLauncher {
  const { OV_API_KEY: _key, ...inherited } = env;
  return { argv: [...toSelf(), "engine-host", "--dir", dir], env: inherited };
}

function toSelf(): string[] {
  if (isExecutable()) return [process.execPath];
  return [process.execPath, join(import.meta.dir, "..", "..", "..", "..", "cli", "main.ts")];
}
