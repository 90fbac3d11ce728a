import { beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { hfModelPath } from "../../helpers/environment.ts";
import { conversations } from "./conversations.ts";
import { findReference, type Rendered, renderReference } from "./reference.ts";
import { snippets } from "./snippets.ts";
import { compile, fixtureSources, plainInput, realSources } from "./templates.ts";
import { toolConversations } from "./tool-shapes.ts";

const python = findReference();

const sources = new Map([
  ...fixtureSources,
  ...realSources,
  ["the small model", python ? readFileSync(join(hfModelPath(), "chat_template.jinja"), "utf8") : ""],
]);
const list = Object.entries({ ...conversations, ...toolConversations });
/** Of these, transformers renders nothing without variables of their own, or without a description of each parameter. */
const demanding = new Set([
  "CohereForAI-c4ai-command-r-plus-tool_use",
  "fireworks-ai-llama-3-firefunction-v2",
]);
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
    }, 180_000);

    for (const [index, [name, source]] of [...sources].entries()) {
      test(name, () => {
        const start = Object.keys(snippets).length + index * list.length;
        const expected = reference.slice(start, start + list.length);
        const template = compile(source);
        for (const [at, [conversationName, conversation]] of list.entries()) {
          const result = expected[at]!;
          const render = () => template.render({ ...conversation, now: plainInput.now });
          if ("error" in result) expect(render, `${conversationName}: ${result.error}`).toThrow();
          else expect({ [conversationName]: render() }).toEqual({ [conversationName]: result.text });
        }
        const rendered = expected.filter((result) => "text" in result).length;
        if (!demanding.has(name)) expect(rendered).toBeGreaterThan(1);
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
