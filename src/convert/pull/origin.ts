import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Static, Type } from "@sinclair/typebox";
import { readJsonFile } from "../../models/hf-config.ts";

/** Lies in a folder that was fetched: two owners may have models of one name. */
const Origin = Type.Object({
  /** `owner/name` */
  repo: Type.String(),
  /** The commit; absent: an earlier version of ov-llm fetched it. */
  revision: Type.Optional(Type.String()),
});
export type Origin = Static<typeof Origin>;

const originFile = ".ov-llm-origin.json";

export function writeOrigin(folder: string, origin: Origin): void {
  writeFileSync(join(folder, originFile), `${JSON.stringify(origin)}\n`);
}

/** null: the folder does not say, or is not there. */
export function readOrigin(folder: string): Origin | null {
  return readJsonFile(join(folder, originFile), Origin);
}
