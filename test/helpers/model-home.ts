import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createTempDir } from "./temp.ts";

export const modelFiles = [
  "openvino_model.xml",
  "openvino_model.bin",
  "openvino_tokenizer.xml",
  "openvino_detokenizer.xml",
];

export const exported = { task: "text-generation-with-past", weight_format: "int8" };
const folderName = "task-text-generation-with-past__wf-int8";

export interface ModelHome {
  home: string;
  /** `~/models/converted_models` */
  root: string;
  registryPath: string;
  /** The registry's entries; none where there is no file. */
  read(): Record<string, Record<string, unknown>>;
  write(models: Record<string, unknown>): void;
  /** A folder that passes for an OpenVINO model, at a path from the home; more files by name and text. */
  makeModel(path: string, files?: Record<string, string>): string;
  /** The same where the converter puts it, with its conversion.json, changed by `manifest`; more files. */
  makeConverted(name: string, manifest?: Record<string, unknown>, files?: Record<string, string>): string;
}

/** A home with folders of models of its own. */
export function createModelHome(): ModelHome {
  const home = createTempDir();
  const root = join(home, "models/converted_models");
  const registryPath = join(root, "registry.json");
  mkdirSync(root, { recursive: true });

  function makeModel(path: string, files: Record<string, string> = {}): string {
    const folder = join(home, path);
    mkdirSync(folder, { recursive: true });
    for (const name of modelFiles) writeFileSync(join(folder, name), "x");
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return folder;
  }

  return {
    home,
    root,
    registryPath,
    makeModel,
    read() {
      const text =
        Bun.file(registryPath).size === 0 ? `{ "models": {} }` : readFileSync(registryPath, "utf8");
      return JSON.parse(text).models;
    },
    write(models) {
      mkdirSync(dirname(registryPath), { recursive: true });
      writeFileSync(registryPath, JSON.stringify({ version: 1, models }));
    },
    makeConverted(name, manifest = {}, files = {}) {
      const path = join("models/converted_models", name, folderName);
      const text = JSON.stringify({
        name,
        source_path: `/models/${name}`,
        original_path: `/og/${name}`,
        converted_path: join(home, path),
        ...exported,
        converted_at: "2026-01-02T03:04:05.000Z",
        ...manifest,
      });
      return makeModel(path, { "conversion.json": text, ...files });
    },
  };
}
