/** What is fetched from npm by other means than the project's own bun.lock: bun itself, and the native engine's packages. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nativePackages } from "../../src/engine/kinds/native/find.ts";
import { installNative } from "../../src/engine/kinds/native/install.ts";
import { toLibrariesDigest } from "../../src/engine/kinds/native/libraries.ts";
import { toManifest } from "../../src/engine/kinds/native/packages.ts";
import { toReason } from "../../src/errors.ts";
import { must } from "./must.ts";
import { toDigest } from "./starter-hash.ts";
import { replaceOnce, root } from "./text.ts";

const librariesSource = "src/engine/kinds/native/packages.ts";
const nativeLock = "src/engine/kinds/native/packages-lock.txt";

export async function renewNpm(scratch: string): Promise<void> {
  for (const platform of ["x64", "aarch64"]) await renewBun(platform, scratch);
  await renewNative(scratch);
}

/** Both hashes in install.sh, for the version that stands there. */
async function renewBun(platform: string, scratch: string): Promise<void> {
  const version = readBunVersion();
  const dir = mkdtempSync(join(scratch, "bun-"));
  await must([
    "npm",
    "pack",
    "--silent",
    "--pack-destination",
    dir,
    `@oven/bun-linux-${platform}@${version}`,
  ]);
  const archive = join(dir, `oven-bun-linux-${platform}-${version}.tgz`);
  await must(["tar", "-xzf", archive, "-C", dir, "package/bin/bun"]);
  const sha512 = await toDigest("sha512", archive);
  const sha256 = await toDigest("sha256", join(dir, "package/bin/bun"));
  replaceOnce("install.sh", new RegExp(`(\nbun_package_sha512_${platform}=)[0-9a-f]*`), sha512);
  replaceOnce("install.sh", new RegExp(`(\nbun_sha256_${platform}=)[0-9a-f]*`), sha256);
  console.log(`install.sh: bun ${version} for ${platform} has the sha256 ${sha256}`);
}

export function readBunVersion(): string {
  const script = readFileSync(join(root, "install.sh"), "utf8");
  const version = /^bun_version=(.+)$/m.exec(script)?.[1];
  if (version === undefined) throw new Error("install.sh names no bun_version");
  return version;
}

async function renewNative(scratch: string): Promise<void> {
  const dir = mkdtempSync(join(scratch, "native-"));
  writeFileSync(join(dir, "package.json"), toManifest());
  await must([process.execPath, "install", "--lockfile-only", "--ignore-scripts", `--cwd=${dir}`]);
  const lock = readFileSync(join(dir, "bun.lock"), "utf8");
  writeFileSync(join(root, nativeLock), lock);
  console.log(`${nativeLock}: ${lock.match(/"sha512-/g)?.length} packages`);
  await renewLibraries(dir, lock);
}

/** Only for machines of the kind that this runs on: the packages' scripts bring no others. */
async function renewLibraries(dir: string, packages: string): Promise<void> {
  const place = join(dir, "node_modules");
  const digests: string[] = [];
  try {
    const variables = { ...process.env };
    await installNative({ place, variables, onProgress: () => {}, locks: { packages, libraries: {} } });
    for (const name of Object.keys(nativePackages).sort())
      digests.push(`"${name}": "${await toLibrariesDigest(join(place, name, "bin"))}"`);
  } catch (error) {
    console.log(`${librariesSource}: not renewed for ${process.arch}: ${toReason(error)}`);
    process.exitCode = 1;
    return;
  }
  replaceOnce(librariesSource, new RegExp(`(\n {2}${process.arch}: \\{)[^}]*`), ` ${digests.join(", ")} `);
  console.log(`${librariesSource}: ${digests.join(", ")}; run \`bun run format\``);
}
