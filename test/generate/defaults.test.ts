import { describe, expect, test } from "bun:test";
import { applyDefaults, type RequestDefaults } from "../../src/generate/defaults.ts";
import type { TextRequest } from "../../src/generate/request.ts";
import { textRequest, turn } from "./text-request.ts";

const all: RequestDefaults = {
  temperature: 0.2,
  top_k: 5,
  max_tokens: 9,
  stop: ["END"],
  reasoning_effort: "low",
  system: "Be brief.",
};
const apply = (request: Partial<TextRequest>, defaults = all) =>
  applyDefaults(textRequest(request), defaults);

describe("the defaults of a model", () => {
  test("fill in what a request does not say", () => {
    const sampling = { temperature: null, seed: null };
    expect(apply({ sampling })).toMatchObject({
      sampling: { temperature: 0.2, top_k: 5 },
      maxTokens: 9,
      stops: ["END"],
      reasoningEffort: "low",
      conversation: {
        turns: [{ role: "system", parts: [{ type: "text", text: "Be brief." }] }, { role: "user" }],
      },
    });
  });

  test("give way to what it says, also to 0", () => {
    const turns = [turn("system", "Be long."), turn("user", "Hi")];
    const said = {
      sampling: { temperature: 0, top_k: 0 },
      maxTokens: 5,
      stops: ["x"],
      reasoningEffort: "none",
      conversation: { turns, at: "turns" },
    };
    expect(apply(said)).toMatchObject(said);
  });

  test("change nothing where there are none", () => {
    const request = textRequest({ sampling: { temperature: 0.7 } });
    expect(applyDefaults(request, {})).toEqual(request);
  });
});
