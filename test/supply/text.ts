import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const root = join(import.meta.dir, "../..");

/** A file of the project. */
export const readText = (path: string): string => readFileSync(join(root, path), "utf8");

/** Writes `value` behind what the first group of `pattern` matches, in a file that must have exactly one such place. */
export function replaceOnce(path: string, pattern: RegExp, value: string): void {
  const file = join(root, path);
  const text = readFileSync(file, "utf8");
  if ([...text.matchAll(new RegExp(pattern, "g"))].length !== 1)
    throw new Error(`${path} has not exactly one place for ${pattern}`);
  writeFileSync(
    file,
    text.replace(pattern, (_, before: string) => `${before}${value}`),
  );
}
