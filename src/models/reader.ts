import { stat } from "node:fs/promises";
import type { ModelDescription } from "./description.ts";
import { describeModel } from "./folder.ts";
import { createStampReader } from "./stamp.ts";

/** As `describeModel`. */
export type DescribeModel = (path: string) => Promise<ModelDescription>;

/**
 * Describes models, each once for each change of its folder or files: many entries may name the same one, and the head of a
 * .gguf file takes a tenth of a second. Throws as `describe`.
 */
export function createModelReader(describe: DescribeModel = describeModel): DescribeModel {
  const known = new Map<string, { stamp: string; description: Promise<ModelDescription> }>();
  const readFiles = createStampReader();
  return async (path) => {
    const found = await stat(path, { bigint: true }).catch(() => null);
    if (found === null) return await describe(path);
    // Permissions count too, which change no mtime, and files that are written again, which change nothing of their folder.
    const stamp = [found.ino, found.size, found.ctimeNs, readFiles(path)].join(" ");
    const before = known.get(path);
    if (before?.stamp === stamp) return await before.description;
    const description = describe(path);
    known.set(path, { stamp, description });
    return await description;
  };
}
