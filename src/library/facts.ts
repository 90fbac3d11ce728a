import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type Static, type TSchema, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import type { ModelDescription } from "../models/folder.ts";
import { Manifest, manifestFile } from "../models/manifest.ts";
import { findOpenVinoFormat, toGgufFormat } from "../models/ready-made.ts";
import { toSlug } from "../registry/name.ts";

const Config = Type.Object({ architectures: Type.Array(Type.String()) });

export interface FoundFacts {
  /** The name that its folder or file suggests. */
  name: string;
  task: string;
  weight_format: string;
}

const generation = "text-generation-with-past";

/** What the files at a model's path say of it; `unknown` where they say nothing. */
export async function findFacts({
  kind,
  path,
}: Pick<ModelDescription, "kind" | "path">): Promise<FoundFacts> {
  if (kind === "gguf") {
    const name = toSlug(basename(path).replace(/\.gguf$/, ""));
    return { name, task: generation, weight_format: toGgufFormat(basename(path)) };
  }
  const [manifest, config] = await Promise.all([
    readJson(join(path, manifestFile), Manifest),
    readJson(join(path, "config.json"), Config),
  ]);
  const folder = parseFolderName(basename(path));
  const causal = config?.architectures.some((name) => name.endsWith("ForCausalLM")) === true;
  return {
    name: manifest?.name ?? toSlug(basename(folder === null ? path : dirname(path))),
    task: manifest?.task ?? folder?.task ?? (causal ? generation : "unknown"),
    weight_format:
      manifest?.weight_format ?? folder?.weight_format ?? findOpenVinoFormat(basename(path), path),
  };
}

/** `task-<task>__wf-<weight format>`, as the converter names its folders. */
export function parseFolderName(name: string): { task: string; weight_format: string } | null {
  const [, task, format] = /^task-(.+)__wf-(.+)$/.exec(name) ?? [];
  return task === undefined || format === undefined ? null : { task, weight_format: format };
}

async function readJson<Schema extends TSchema>(
  path: string,
  schema: Schema,
): Promise<Static<Schema> | null> {
  try {
    const content: unknown = JSON.parse(await readFile(path, "utf8"));
    return Value.Check(schema, content) ? content : null;
  } catch {
    return null;
  }
}
