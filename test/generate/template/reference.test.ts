import { beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { hfModelPath } from "../../helpers/environment.ts";
import { conversations } from "./conversations.ts";
import { findReference, type Rendered, renderReference } from "./reference.ts";
import { snippets } from "./snippets.ts";
import { compile, fixtureSources, plainInput, realSources } from "./templates.ts";

const python = findReference();

/** Real templates that use what the library lacks, and two that fail without variables of their own in transformers, too. */
const beyondTheLibrary = new Set([
  "ByteDance-Seed-OSS",
  "CohereForAI-c4ai-command-r-plus-tool_use",
  "fireworks-ai-llama-3-firefunction-v2",
  "llama-cpp-deepseek-r1",
  "meetkai-functionary-medium-v3.1",
  "meetkai-functionary-medium-v3.2",
  "openbmb-MiniCPM5-1B",
]);

const sources = new Map([
  ...fixtureSources,
  ...[...realSources].filter(([name]) => !beyondTheLibrary.has(name)),
  ["the small model", python ? readFileSync(join(hfModelPath(), "chat_template.jinja"), "utf8") : ""],
]);
const list = Object.entries(conversations);
const small = conversations["no thinking"]!;

describe.skipIf(python === null)(
  "the same prompt as transformers, byte by byte (needs the converter)",
  () => {
    let reference: Rendered[] = [];

    beforeAll(async () => {
      const whole = [...sources.values()].flatMap((source) =>
        list.map(([, conversation]) => ({ source, conversation })),
      );
      const parts = Object.values(snippets).map((source) => ({ source, conversation: small }));
      reference = await renderReference(python!, [...parts, ...whole]);
    }, 60_000);

    for (const [index, [name, source]] of [...sources].entries()) {
      test(name, () => {
        const start = Object.keys(snippets).length + index * list.length;
        const expected = reference.slice(start, start + list.length);
        const template = compile(source);
        for (const [at, [conversationName, conversation]] of list.entries()) {
          const result = expected[at]!;
          if ("error" in result) continue;
          const ours = template.render({ ...conversation, now: plainInput.now });
          expect({ [conversationName]: ours }).toEqual({ [conversationName]: result.text });
        }
        expect(expected.filter((result) => "text" in result).length).toBeGreaterThan(1);
      });
    }

    for (const [index, [name, source]] of Object.entries(snippets).entries()) {
      test(`small: ${name}`, () => {
        const ours = compile(source).render({ ...small, now: plainInput.now });
        expect<Rendered | undefined>({ text: ours }).toEqual(reference[index]);
      });
    }
  },
);
