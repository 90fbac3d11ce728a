import { readdirSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";

/** Whether a folder with these files holds an OpenVINO model, or a part of one. */
export function isOpenVinoFolder(files: readonly string[]): boolean {
  return files.some((name) => /^openvino_.*model\.xml$/.test(name));
}

/** The names in a folder; null: it cannot be read. */
export function tryList(path: string): string[] | null {
  try {
    return readdirSync(path);
  } catch {
    return null;
  }
}

/** Whether it is a file of a model, or a folder that has one. */
export function hasModelFiles(path: string, isFolder: boolean): boolean {
  return isFolder ? readdirSync(path).some(isModelFile) : isModelFile(basename(path));
}

function isModelFile(name: string): boolean {
  return /(?:\.gguf|^openvino_.*\.(?:xml|bin)|^conversion\.json)$/.test(name);
}

/** Bytes of a file, or of all files under a folder; null: there is nothing to measure. */
export async function measureSize(path: string): Promise<number | null> {
  const found = await stat(path).catch(() => null);
  if (found === null) return null;
  return found.isDirectory() ? await measureFolder(path) : found.size;
}

/** Links to files count with what they point to; links to folders do not: they may lead in a circle. */
async function measureFolder(path: string): Promise<number> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  const sizes = await Promise.all(
    entries.map(async (entry) => {
      const inner = join(path, entry.name);
      if (entry.isDirectory()) return await measureFolder(inner);
      const found = await stat(inner).catch(() => null);
      return found?.isFile() ? found.size : 0;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
