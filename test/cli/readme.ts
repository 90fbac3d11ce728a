import { join } from "node:path";
import { repo } from "../helpers/server.ts";

/** The shell's blocks of a document, of one section or all. */
export async function readBlocks(file: string, section?: string): Promise<string[]> {
  const text = await Bun.file(join(repo, file)).text();
  const [, own = ""] = section === undefined ? ["", text] : text.split(`\n## ${section}\n`);
  const [part = ""] = section === undefined ? [own] : own.split("\n## ");
  return [...part.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = ""]) => block);
}

/** The command lines of a block, without their comments. */
export function toLines(block: string): string[] {
  return block
    .split("\n")
    .map((line) => line.replace(/\s+# .*$/, "").trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}
