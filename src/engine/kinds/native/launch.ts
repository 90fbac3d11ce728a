import { join } from "node:path";
import type { Variables } from "../../../linux/program.ts";
import type { Launcher } from "../kind.ts";
import { isExecutable } from "./find.ts";

/** The executable itself, or bun with the sources, as a host over the addon in `dir`. */
export function createNativeLauncher(dir: string, env: Variables): Launcher {
  const { OV_API_KEY: _key, ...inherited } = env;
  return {
    engine: "native",
    argv: [...toSelf(), "engine-host", "--dir", dir],
    env: inherited,
    toProperties: (properties) => properties,
  };
}

/** argv of ov-llm itself, before its command. */
export function toSelf(): string[] {
  if (isExecutable()) return [process.execPath];
  return [process.execPath, join(import.meta.dir, "..", "..", "..", "..", "cli", "main.ts")];
}
