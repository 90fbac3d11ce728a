import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Type } from "@sinclair/typebox";
import { readJsonFile } from "../models/hf-config.ts";

/** Lies in a folder that was fetched: two owners may have models of one name. */
const Origin = Type.Object({ repo: Type.String() });
const originFile = ".ov-llm-origin.json";

export function writeOrigin(folder: string, repo: string): void {
  writeFileSync(join(folder, originFile), `${JSON.stringify({ repo })}\n`);
}

/** `owner/name`; null: the folder does not say, or is not there. */
export function readOrigin(folder: string): string | null {
  return readJsonFile(join(folder, originFile), Origin)?.repo ?? null;
}
