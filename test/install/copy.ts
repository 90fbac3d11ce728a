import { cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { version } from "../../src/version.ts";
import { must } from "../supply/must.ts";
import type { ReleaseOptions } from "../supply/release/release.ts";
import { allArchitectures } from "../supply/release/runtime.ts";
import { root } from "../supply/text.ts";

/** What a release is built from. */
const sources = [
  ...[
    "src",
    "cli",
    "test/supply",
    "docs/ov-server-hardening.conf",
    "package.json",
    "bun.lock",
    "tsconfig.json",
  ],
  ...[
    "bunfig.toml",
    "install.sh",
    "ov-server.service",
    "CHANGELOG.md",
    "LICENSE",
    "THIRD_PARTY_LICENSES.txt",
  ],
];

/** Of this machine alone. */
export const here = allArchitectures.filter((architecture) => architecture === process.arch);
export const [own = "x64"] = here;

/** What a test's releases say of themselves, whoever builds them. */
export const releaseOptions = { maintainer: "A <a@b.example>", mtime: 1_700_000_000 };

/** The sources once more, from which releases of other versions are built. */
export interface Copy {
  setVersion(version: string): void;
  build(options: Pick<ReleaseOptions, "url" | "folder">): Promise<void>;
}

export function createCopy(folder: string): Copy {
  for (const path of sources) cpSync(join(root, path), join(folder, path), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  const manifest = join(folder, "package.json");
  return {
    setVersion(other) {
      const text = readFileSync(manifest, "utf8");
      writeFileSync(manifest, text.replace(`"version": "${version}"`, `"version": "${other}"`));
    },
    async build(options) {
      const all = { ...releaseOptions, architectures: here, ...options };
      const program = `import { createRelease } from "./test/supply/release/release.ts";
        await createRelease(${JSON.stringify(all)});`;
      writeFileSync(join(folder, "build.ts"), program);
      await must([process.execPath, join(folder, "build.ts")]);
    },
  };
}
