import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { readTextFile } from "../files.ts";

/** Where the version that runs came from, as install.sh wrote it down. */
export type Source =
  | { kind: "checkout"; folder: string }
  /** null: an archive that was unpacked by hand. */
  | { kind: "release"; url: string | null };

/** How this ov-llm came to be where it is. */
export type Installation =
  /** By install.sh, which has put itself and what it replaced beside the executable, into `folder`. */
  | { kind: "script"; folder: string; source: Source }
  /** By the system's package manager. */
  | { kind: "package" }
  | { kind: "sources" }
  /** An executable that somebody put there. */
  | { kind: "other"; path: string };

/** `execPath` is that of this process; `isExecutable`: it is ov-llm itself, not bun. */
export function findInstallation(execPath: string, isExecutable: boolean): Installation {
  if (!isExecutable) return { kind: "sources" };
  const path = realpathSync(execPath);
  const folder = dirname(path);
  if (folder.startsWith("/usr/")) return { kind: "package" };
  const source = join(folder, "source");
  if (!existsSync(source) || !existsSync(join(folder, "install.sh"))) return { kind: "other", path };
  return { kind: "script", folder, source: parseSource(readTextFile(source)) };
}

export function parseSource(text: string): Source {
  const [, kind, place = ""] = /^(\w+)(?: (.+))?$/.exec(text.trimEnd()) ?? [];
  if (kind === "checkout" && place !== "") return { kind, folder: place };
  return { kind: "release", url: place === "" ? null : place };
}
