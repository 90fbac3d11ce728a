import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type ChatTemplate, compileTemplate } from "../../../src/chat/template/template.ts";

const tokens = { bosToken: "<s>", eosToken: "</s>" };
const fixtures = join(import.meta.dir, "../../fixtures/chat-templates");
const realFolder = process.env.OV_TEST_CHAT_TEMPLATES;

/** Name -> Jinja source of a folder's templates. */
function readTemplates(folder: string): Map<string, string> {
  const files = readdirSync(folder).filter((name) => name.endsWith(".jinja"));
  return new Map(
    files.sort().map((name) => [basename(name, ".jinja"), readFileSync(join(folder, name), "utf8")]),
  );
}

export const fixtureSources = readTemplates(fixtures);
/** Models' own templates, if the variable names a folder with them. */
export const realSources =
  realFolder && existsSync(realFolder) ? readTemplates(realFolder) : new Map<string, string>();

export function compile(source: string): ChatTemplate {
  return compileTemplate({ source, ...tokens });
}

export function compileFixture(name: string): ChatTemplate {
  return compile(fixtureSources.get(name)!);
}

export const noon = "2026-03-05T09:07:00";

/** What is left of a conversation for `render`. */
export const plainInput = { tools: null, kwargs: {}, addGenerationPrompt: true, now: new Date(noon) };
