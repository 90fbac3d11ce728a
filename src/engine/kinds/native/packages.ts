import { nativePackages } from "./find.ts";

/** The package.json that the native engine's packages are installed with; packages-lock.txt is the lock file of exactly this. */
export function toManifest(): string {
  return `${JSON.stringify({ name: "ov-llm-native", dependencies: nativePackages }, null, 2)}\n`;
}
