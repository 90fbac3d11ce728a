/** The sha256 of uv's executable for each machine, out of the wheels that its lock file names. */
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { readFromZip } from "../../src/python/archive.ts";
import { must } from "./must.ts";
import { replaceOnce, root } from "./text.ts";

const source = "src/python/private-uv.ts";
/** As `process.arch` names it -> the wheel's platform. */
const platforms = { x64: "manylinux_2_17_x86_64", arm64: "manylinux_2_28_aarch64" } as const;

export async function renewUv(scratch: string): Promise<void> {
  for (const [machine, platform] of Object.entries(platforms)) {
    const dir = join(scratch, `uv-${machine}`);
    mkdirSync(dir);
    const flags = [
      "--quiet",
      "--no-deps",
      "--only-binary",
      ":all:",
      "--platform",
      platform,
      "--require-hashes",
    ];
    const lock = join(root, "src/python/locks/uv.txt");
    await must(["python3", "-m", "pip", "download", ...flags, "-r", lock, "--dest", dir]);
    const wheel = readdirSync(dir).find((name) => name.endsWith(".whl")) ?? "";
    const bytes = Buffer.from(await Bun.file(join(dir, wheel)).arrayBuffer());
    const uv = readFromZip(bytes, (name) => name.endsWith(".data/scripts/uv"));
    if (uv === null) throw new Error(`${wheel} holds no uv`);
    const sha256 = new Bun.CryptoHasher("sha256").update(uv).digest("hex");
    replaceOnce(source, new RegExp(`(\n {2}${machine}: ")[0-9a-f]*`), sha256);
    console.log(`${source}: uv for ${machine} has the sha256 ${sha256}`);
  }
}
