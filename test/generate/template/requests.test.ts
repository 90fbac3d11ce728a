import { describe, expect, test } from "bun:test";
import { toTurns } from "../../../src/api/openai/chat/to-turns.ts";
import { toRounds } from "../../../src/generate/rounds.ts";
import { normaliseRounds, normaliseTools } from "../../../src/generate/template/normalise.ts";
import { probeTemplate } from "../../../src/generate/template/probe.ts";
import { weatherTool } from "./conversations.ts";
import { requests } from "./requests.ts";
import { compile, fixtureSources, plainInput, realSources } from "./templates.ts";

/** They want variables of their own, or more of a tool than OpenAI's API demands. */
const skipped = new Set(["CohereForAI-c4ai-command-r-plus-tool_use", "fireworks-ai-llama-3-firefunction-v2"]);
/** They move all system messages to the begin by themselves. */
const movesSystem = /DeepSeek-V|tencent-Hy3|upstage-Solar/;

const sources = [...fixtureSources, ...[...realSources].filter(([name]) => !skipped.has(name))];

describe("every kind of conversation renders, in its order", () => {
  for (const [name, source] of sources) {
    const template = compile(source);
    const traits = probeTemplate(template);
    for (const [request, { messages, words, kept = [], tools }] of Object.entries(requests)) {
      if (request === "system after user" && movesSystem.test(name)) continue;
      test(`${name}: ${request}`, () => {
        const prompt = template.render({
          ...plainInput,
          messages: normaliseRounds(toRounds(toTurns(messages)), traits),
          tools: normaliseTools(tools ? [weatherTool] : [], traits),
        });
        let at = 0;
        for (const word of words) {
          expect(prompt.slice(at)).toContain(word);
          at = prompt.indexOf(word, at) + word.length;
        }
        for (const word of kept) expect(prompt).toContain(word);
        expect(prompt).not.toMatch(/\[object Object\]|\bundefined\b/);
        if (tools && traits.tools) expect(prompt).toContain("get_weather");
      });
    }
  }
});
