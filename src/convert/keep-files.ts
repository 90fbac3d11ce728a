import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readTextFile } from "../files.ts";
import { listEmbeddingFiles } from "../models/embedding.ts";

/** Copies what the exporter leaves out and the engine needs: how sentence-transformers makes a vector of a text's tokens. */
export function keepFiles(source: string, exported: string): void {
  for (const name of listEmbeddingFiles(source)) {
    const target = join(exported, name);
    if (existsSync(target)) continue;
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, readTextFile(join(source, name)));
  }
}
