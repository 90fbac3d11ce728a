import { findAddon } from "../../src/engine/kinds/native/find.ts";

/** True in `bun run test:native`: the suites of the real model run on the native engine. */
export const isNative = process.env.OV_TEST_ENGINE === "native";

/** The real addon, where OV_NATIVE_DIR or an installation in this home says that it is; null: there is none. */
export const addonDir = findAddon({ nativeDir: process.env.OV_NATIVE_DIR || null });

/** Settings that make a server run its models on the engine under test. */
export function engineEnvironment(): Record<string, string> {
  return isNative && addonDir !== null ? { OV_ENGINE: "native", OV_NATIVE_DIR: addonDir } : {};
}
