import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type ChatTemplate, compileTemplate } from "../../../src/generate/template/template.ts";
import { chatTemplates } from "../../helpers/environment.ts";

const tokens = { bosToken: "<s>", eosToken: "</s>" };
const fixtures = join(import.meta.dir, "../../fixtures/chat-templates");
const realFolder = chatTemplates();

/** Name -> Jinja source of a folder's templates. */
function readTemplates(folder: string): Map<string, string> {
  const files = readdirSync(folder).filter((name) => name.endsWith(".jinja"));
  return new Map(
    files.sort().map((name) => [basename(name, ".jinja"), readFileSync(join(folder, name), "utf8")]),
  );
}

export const fixtureSources = readTemplates(fixtures);
/** Models' own templates, where `npm test` has brought them. */
export const realSources = realFolder === undefined ? new Map<string, string>() : readTemplates(realFolder);

export function compile(source: string): ChatTemplate {
  return compileTemplate({ source, ...tokens });
}

export function compileFixture(name: string): ChatTemplate {
  return compile(fixtureSources.get(name)!);
}

export const noon = "2026-03-05T09:07:00";

/** What is left of a conversation for `render`. */
export const plainInput = { tools: null, kwargs: {}, addGenerationPrompt: true, now: new Date(noon) };
