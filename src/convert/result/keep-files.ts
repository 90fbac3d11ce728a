import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Type } from "@sinclair/typebox";
import { readBytesFile, readTextFile } from "../../files.ts";
import { listEmbeddingFiles } from "../../models/embedding.ts";
import { readJsonFile } from "../../models/hf-config.ts";

/**
 * Copies what the exporter leaves out and the engine needs: how sentence-transformers makes a vector of a text's tokens, and
 * how images are prepared for a model that sees.
 */
export function keepFiles(source: string, exported: string): void {
  keepPreprocessor(source, exported);
  for (const name of listEmbeddingFiles(source)) {
    const target = join(exported, name);
    if (existsSync(target)) continue;
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, readBytesFile(join(source, name)));
  }
}

const preprocessor = "preprocessor_config.json";
/** Where transformers 5 writes the same. */
const Processor = Type.Object({ image_processor: Type.Record(Type.String(), Type.Unknown()) });

function keepPreprocessor(source: string, exported: string): void {
  const target = join(exported, preprocessor);
  if (existsSync(target)) return;
  if (existsSync(join(source, preprocessor))) {
    writeFileSync(target, readTextFile(join(source, preprocessor)));
    return;
  }
  const processor = readJsonFile(join(exported, "processor_config.json"), Processor);
  if (processor !== null) writeFileSync(target, JSON.stringify(processor.image_processor, null, 2));
}
