import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { version } from "../../../src/version.ts";
import { must } from "../must.ts";
import { toArchiveName } from "./archive.ts";
import { toDebName } from "./deb.ts";
import { type Architecture, allArchitectures, architectures } from "./runtime.ts";

/** Unpacks each file of a release into a clean folder and tries it; returns a sentence for each. Throws at the first fault. */
export async function tryRelease(folder: string): Promise<string[]> {
  await must(["sh", "-c", 'cd -- "$1" && sha256sum --quiet -c SHA256SUMS', "sh", folder]);
  const scratch = mkdtempSync(join(tmpdir(), "ov-llm-release-"));
  try {
    const tried: string[] = [];
    for (const architecture of allArchitectures) {
      const archive = `${toArchiveName(architecture)}.tar.gz`;
      if (existsSync(join(folder, archive))) {
        tried.push(await tryArchive(join(folder, archive), architecture, join(scratch, archive)));
        const deb = toDebName(architecture);
        tried.push(await tryDeb(join(folder, deb), architecture, join(scratch, deb)));
      }
    }
    return tried;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function tryArchive(path: string, architecture: Architecture, folder: string): Promise<string> {
  mkdirSync(folder);
  await must(["tar", "-xzf", path, "-C", folder]);
  const inside = join(folder, toArchiveName(architecture));
  await must(["sh", "-c", 'cd -- "$1" && sha256sum --quiet -c SHA256SUMS', "sh", inside]);
  await must(["bash", join(inside, "install.sh"), "--help"], { HOME: folder, PATH: process.env.PATH });
  return `${toArchiveName(architecture)}: ${await tryExecutable(join(inside, "ov-llm"), architecture, folder)}`;
}

/** With ar and tar, which are where dpkg is not. */
async function tryDeb(path: string, architecture: Architecture, folder: string): Promise<string> {
  mkdirSync(folder);
  await must(["sh", "-c", 'ar p "$1" data.tar.gz | tar -xz -C "$2"', "sh", path, folder]);
  const program = join(folder, "usr/bin/ov-llm");
  return `${toDebName(architecture)}: ${await tryExecutable(program, architecture, folder)}`;
}

/** Of another machine only its header is read. */
async function tryExecutable(path: string, architecture: Architecture, home: string): Promise<string> {
  const machine = readFileSync(path).readUInt16LE(18);
  if (machine !== architectures[architecture].elf) throw new Error(`${path} is for ELF machine ${machine}`);
  if (architecture !== process.arch) return `is for ${architecture}; not run here`;
  const said = await must([path, "--version"], { HOME: home });
  if (said.trim() !== version) throw new Error(`${path} is version ${said.trim()}, expected ${version}`);
  if (readdirSync(home).some((name) => name.startsWith(".")))
    throw new Error(`${path} --version wrote into HOME`);
  return `runs, version ${version}`;
}

/** Holds the Debian packages to Debian's own rules, where its checker is installed; returns a sentence. Throws what it finds. */
export async function tryLintian(folder: string): Promise<string> {
  if (Bun.which("lintian") === null)
    return "lintian is not installed: the Debian packages are not held to its rules";
  const asRoot = process.getuid?.() === 0 ? ["--allow-root"] : [];
  const debs = readdirSync(folder).filter((name) => name.endsWith(".deb"));
  for (const deb of debs) {
    const found = await must(["lintian", "--fail-on", "error,warning", ...asRoot, join(folder, deb)]);
    if (found.trim() !== "") throw new Error(`lintian finds in ${deb}:\n${found}`);
  }
  return `lintian finds nothing in ${debs.join(" and ")}`;
}
