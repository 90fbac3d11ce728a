import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { OvError } from "../errors.ts";
import { readTextFile } from "../files.ts";
import { runProgram } from "../linux/program.ts";
import { findSum } from "./sums.ts";

/** A release that was unpacked, with the install.sh that installs it. */
export interface Unpacked {
  folder: string;
  version: string;
}

/**
 * Unpacks an archive of a release into `into`. Throws `setup_failed` for what is no such archive and for one of another kind of
 * machine.
 */
export async function unpack(archive: string, into: string, signal: AbortSignal): Promise<Unpacked> {
  const list = await runProgram(["tar", "-tzf", archive], { signal });
  if (list.reason !== null) throw failed(archive, list.reason);
  const names = list.stdout.trimEnd().split("\n");
  const [top = ""] = names[0]?.split("/") ?? [];
  const [, version, machine] = /^ov-llm-(\d[0-9A-Za-z.+-]*)-linux-(\w+)$/.exec(top) ?? [];
  const isRelease = names.includes(`${top}/install.sh`) && names.every((name) => isBelow(name, top));
  if (version === undefined || !isRelease) throw failed(archive, "it is no release of ov-llm");
  if (machine !== process.arch)
    throw failed(archive, `it is for linux-${machine}, and this is linux-${process.arch}`);
  const run = await runProgram(["tar", "-xzf", archive, "--no-same-owner", "-C", into], { signal });
  if (run.reason !== null) throw failed(archive, run.reason, "Check the free disk space.");
  return { folder: join(into, top), version };
}

function isBelow(name: string, top: string): boolean {
  return name.startsWith(`${top}/`) && !name.split("/").includes("..");
}

/**
 * Holds an archive on disk to the SHA256SUMS beside it; false: there is none that lists it. Throws `setup_failed` when its sum
 * is another.
 */
export async function checkBeside(archive: string): Promise<boolean> {
  const place = join(dirname(archive), "SHA256SUMS");
  const sum = existsSync(place) ? findSum(readTextFile(place), basename(archive)) : null;
  if (sum === null) return false;
  const hash = new Bun.CryptoHasher("sha256");
  for await (const bytes of Bun.file(archive).stream()) hash.update(bytes);
  const have = hash.digest("hex");
  if (have !== sum)
    throw failed(archive, `its sha256 is ${have}, and ${place} lists ${sum}`, "Fetch it again.");
  return true;
}

function failed(
  archive: string,
  why: string,
  next = "Give the path of an archive ov-llm-VERSION-linux-ARCH.tar.gz.",
): OvError {
  return new OvError("setup_failed", { what: `Cannot install ${archive}`, why, next });
}
