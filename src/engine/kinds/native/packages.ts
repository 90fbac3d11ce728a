import { nativePackages } from "./find.ts";
import lockText from "./packages-lock.txt" with { type: "text" };

/** The expected packages; `bun run locks` writes both files. */
export interface NativeLocks {
  /** A bun.lock of exactly what `toManifest` asks for, with the sha512 of every package. */
  packages: string;
  /** Package -> the digest of the libraries that its own script fetches (`toLibrariesDigest`); absent: none is known. */
  libraries: Partial<Record<keyof typeof nativePackages, string>>;
}

/**
 * By machine, as `process.arch` names it. Intel publishes no hashes: these are of what its storage served when the locks
 * were written, on a machine of that kind.
 */
const libraries: Readonly<Record<string, NativeLocks["libraries"]>> = {
  x64: {},
  arm64: {},
};

export const nativeLocks: NativeLocks = { packages: lockText, libraries: libraries[process.arch] ?? {} };

/** The package.json that the packages are installed with. */
export function toManifest(): string {
  return `${JSON.stringify({ name: "ov-llm-native", dependencies: nativePackages }, null, 2)}\n`;
}
