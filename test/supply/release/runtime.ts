import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { must } from "../must.ts";
import { readBunVersion } from "../npm-locks.ts";
import { toDigest } from "../starter-hash.ts";
import { readText } from "../text.ts";

/** As Node names them; what bun, Debian and ELF (its header's `e_machine`) call them. */
export const architectures = {
  x64: { bun: "x64", debian: "amd64", elf: 62 },
  arm64: { bun: "aarch64", debian: "arm64", elf: 183 },
} as const;
export type Architecture = keyof typeof architectures;
export const allArchitectures: readonly Architecture[] = ["x64", "arm64"];

/**
 * The bun that an executable for this architecture is made of: the one that install.sh pins, out of npm's package, whose two
 * hashes are checked. It is kept in the cache folder. npm's package for x64 runs without AVX2, too: bun's `x64` and
 * `x64-baseline` are the same file in this version.
 */
export async function bringRuntime(architecture: Architecture): Promise<string> {
  const { bun: platform } = architectures[architecture];
  const version = readBunVersion();
  const sha256 = readPin(`bun_sha256_${platform}`);
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "ov-llm-test");
  const place = join(cache, `bun-runtime-${version}-${platform}`);
  if (existsSync(place) && (await toDigest("sha256", place)) === sha256) return place;
  mkdirSync(cache, { recursive: true });
  const scratch = mkdtempSync(join(cache, "bun-runtime-"));
  try {
    await must([
      "npm",
      "pack",
      "--silent",
      "--pack-destination",
      scratch,
      `@oven/bun-linux-${platform}@${version}`,
    ]);
    const archive = join(scratch, `oven-bun-linux-${platform}-${version}.tgz`);
    await mustBe("sha512", archive, readPin(`bun_package_sha512_${platform}`));
    await must(["tar", "-xzf", archive, "-C", scratch, "package/bin/bun"]);
    const executable = join(scratch, "package/bin/bun");
    await mustBe("sha256", executable, sha256);
    renameSync(executable, place);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return place;
}

function readPin(name: string): string {
  const pin = new RegExp(`^${name}=([0-9a-f]+)$`, "m").exec(readText("install.sh"))?.[1];
  if (pin === undefined) throw new Error(`install.sh names no ${name}`);
  return pin;
}

async function mustBe(kind: "sha256" | "sha512", path: string, expected: string): Promise<void> {
  const have = await toDigest(kind, path);
  if (have !== expected)
    throw new Error(`${path} is not the pinned one: its ${kind} is ${have}, expected ${expected}`);
}
