import { describe, expect, test } from "bun:test";
import { type FimFile, findFimTokens, renderFim } from "../../src/generate/fim.ts";

const qwen = ["<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<|file_sep|>", "<|repo_name|>"];
const find = (vocabulary: readonly string[]) => findFimTokens((text) => vocabulary.includes(text));

/** As each family's own paper or model card writes it, for `a` before the gap and `b` behind it. */
const families: [name: string, vocabulary: string[], prompt: string][] = [
  ["Qwen2.5-Coder", qwen, "<|fim_prefix|>a<|fim_suffix|>b<|fim_middle|>"],
  ["CodeGemma and Granite 3.3", qwen.slice(0, 3), "<|fim_prefix|>a<|fim_suffix|>b<|fim_middle|>"],
  [
    "StarCoder2 and Granite Code",
    ["<fim_prefix>", "<fim_suffix>", "<fim_middle>"],
    "<fim_prefix>a<fim_suffix>b<fim_middle>",
  ],
  ["SantaCoder", ["<fim-prefix>", "<fim-suffix>", "<fim-middle>"], "<fim-prefix>a<fim-suffix>b<fim-middle>"],
  [
    "DeepSeek-Coder",
    ["<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"],
    "<｜fim▁begin｜>a<｜fim▁hole｜>b<｜fim▁end｜>",
  ],
  [
    "GLM 4.5",
    ["<|code_prefix|>", "<|code_suffix|>", "<|code_middle|>"],
    "<|code_prefix|>a<|code_suffix|>b<|code_middle|>",
  ],
  [
    "Seed-Coder",
    ["<[fim-prefix]>", "<[fim-suffix]>", "<[fim-middle]>"],
    "<[fim-suffix]>b<[fim-prefix]>a<[fim-middle]>",
  ],
  ["Code Llama", ["▁<PRE>", "▁<SUF>", "▁<MID>"], "▁<PRE> a ▁<SUF>b ▁<MID>"],
  ["Codestral", ["[PREFIX]", "[SUFFIX]", "[MIDDLE]"], "[SUFFIX]b[PREFIX]a"],
];

describe("a gap", () => {
  for (const [name, vocabulary, prompt] of families) {
    test(`is written as ${name} has it`, async () => {
      const tokens = await find(vocabulary);
      expect(tokens && renderFim({ prefix: "a", suffix: "b", files: [] }, tokens, 100)).toBe(prompt);
    });
  }

  test.each([[[]], [["<|fim_prefix|>", "<|fim_suffix|>"]], [["<fim_prefix>", "<|fim_suffix|>", "[MIDDLE]"]]])(
    "is not written where the vocabulary lacks a token: %p",
    async (vocabulary) => expect(await find(vocabulary)).toBeNull(),
  );
});

describe("other files", () => {
  const files: FimFile[] = [
    { name: "a.ts", text: "one\n" },
    { name: null, text: "two\n" },
  ];
  const render = async (vocabulary: string[], room: number) => {
    const tokens = await find(vocabulary);
    return tokens && renderFim({ prefix: "a", suffix: "b", files }, tokens, room);
  };
  const gap = "<|fim_prefix|>a<|fim_suffix|>b<|fim_middle|>";

  test("come with their names before the gap, in a project", async () => {
    const before =
      "<|repo_name|>myproject\n<|file_sep|>a.ts\none\n<|file_sep|>tmp\ntwo\n<|file_sep|>filename\n";
    expect(await render(qwen, 100)).toBe(`${before}${gap}`);
  });

  test("come without a project where there is no token for one", async () => {
    const before = "<|file_sep|>a.ts\none\n<|file_sep|>tmp\ntwo\n<|file_sep|>filename\n";
    expect(await render(qwen.slice(0, 4), 100)).toBe(`${before}${gap}`);
  });

  test("come as snippets where there is no token for files", async () => {
    const before = "\n\n--- snippet ---\n\none\n\n\n--- snippet ---\n\ntwo\n";
    expect(await render(qwen.slice(0, 3), 100)).toBe(`${before}${gap}`);
  });

  test("are left out where they do not fit, the first ones first; the gap never is", async () => {
    const room = Math.ceil((gap.length + 5) / 2.5);
    expect(await render(qwen.slice(0, 3), room)).toBe(`\n\n--- snippet ---\n\ntwo\n${gap}`);
    expect(await render(qwen, 1)).toBe(gap);
  });
});
