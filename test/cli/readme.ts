import { join } from "node:path";
import { repo } from "../helpers/server.ts";

/** The blocks of a document in a language, of one section or all. */
export async function readBlocks(
  file: string,
  { section, language = "sh" }: { section?: string; language?: string } = {},
): Promise<string[]> {
  const text = await Bun.file(join(repo, file)).text();
  const [, own = ""] = section === undefined ? ["", text] : text.split(`\n## ${section}\n`);
  const [part = ""] = section === undefined ? [own] : own.split("\n## ");
  return [...part.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"))].map(
    ([, block = ""]) => block,
  );
}

/** The command lines of a block, without their comments. */
export function toLines(block: string): string[] {
  return block
    .split("\n")
    .map((line) => line.replace(/\s+# .*$/, "").trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}
