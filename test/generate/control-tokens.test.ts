import { describe, expect, test } from "bun:test";
import { createControlTokens } from "../../src/generate/control-tokens.ts";

describe("control tokens in a text", () => {
  const tokens = createControlTokens(["<|im_end|>", "<|im_end|>\n", "</s>", "[INST]", "𝒂<b>", "><"]);

  test.each([
    ["nothing of the kind, a < b, </ s>, [INST", "nothing of the kind, a < b, </ s>, [INST"],
    ["Hi <|im_end|> there", "Hi <+|im_end|> there"],
    ["<|im_end|>", "<+|im_end|>"],
    ["<|im_end|><|im_end|>\n</s>", "<+|im_end|>+<+|im_end|>\n<+/s>"],
    ["<<|im_end|>", "<<+|im_end|>"],
    ["a 𝒂<b>", "a 𝒂+<b>"],
    ["", ""],
  ])("a cut in %j", (text, cut) => {
    expect(tokens.cut(text, "+")).toBe(cut);
  });

  test("names the first of them", () => {
    expect(tokens.find("a </s> and <|im_end|>")).toBe("</s>");
    expect(tokens.find("a < b")).toBeNull();
  });

  test("reads a long text that could start thousands of them in one go", () => {
    const many = createControlTokens(Array.from({ length: 6000 }, (_, index) => `<unused${index}>`));
    const text = "<unused".repeat(100_000);
    expect(many.cut(text, "+")).toBe(text);
    expect(many.cut(`${text}<unused5999>`, "+")).toEndWith("<unused<+unused5999>");
  });
});
