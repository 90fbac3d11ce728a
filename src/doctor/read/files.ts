import { readdirSync, readlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { readProcText } from "../../linux/proc.ts";

/** Files below a root folder: that of this machine, or one that a test laid out. What is not there reads as nothing. */
export interface Root {
  /** Without the white space around it. */
  text(path: string): string;
  /** The names in a folder, in order. */
  names(folder: string): string[];
  /** The last part of where a link leads; null: there is no link. */
  linkName(path: string): string | null;
}

export function createRoot(root: string): Root {
  return {
    text: (path) => readProcText(join(root, path)).trim(),
    names(folder) {
      try {
        return readdirSync(join(root, folder)).sort();
      } catch {
        return [];
      }
    },
    linkName(path) {
      try {
        return basename(readlinkSync(join(root, path)));
      } catch {
        return null;
      }
    },
  };
}
