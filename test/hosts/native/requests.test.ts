import { describe, expect, test } from "bun:test";
import { toGenerationConfig } from "../../../src/hosts/native/generation-config.ts";
import { createPrefixMemory } from "../../../src/hosts/native/prefix.ts";
import { type Grammar, toStructuredOutput } from "../../../src/hosts/native/structured-output.ts";
import { toRequest } from "../../helpers/engine-request.ts";

const message = (extra: Parameters<typeof toRequest>[1] = {}) => ({
  type: "generate" as const,
  id: 1,
  ...toRequest("Hi", extra),
});
const plain = {
  apply_chat_template: true,
  max_new_tokens: 9,
  ignore_eos: false,
  repetition_penalty: 1,
  presence_penalty: 0,
  frequency_penalty: 0,
};

const bare = { maxTokens: 9, specialTokens: false };

describe("toGenerationConfig", () => {
  test("states every value of a greedy request and no word of chance", () => {
    expect(toGenerationConfig(message(), bare)).toEqual({ ...plain, do_sample: false });
  });

  test("states every value of a sampled request", () => {
    const sampling = {
      temperature: 0.5,
      top_p: 0.9,
      top_k: 4,
      min_p: 0.1,
      seed: 2 ** 47,
      presence_penalty: 1,
    };
    expect(toGenerationConfig(message({ sampling, ignore_eos: true }), bare)).toEqual({
      ...plain,
      ignore_eos: true,
      presence_penalty: 1,
      do_sample: true,
      temperature: 0.5,
      top_p: 0.9,
      top_k: 4,
      min_p: 0.1,
      rng_seed: 2 ** 47,
    });
  });

  test("leaves top_k to the engine when all tokens are wanted", () => {
    expect(toGenerationConfig(message({ sampling: { temperature: 1 } }), bare)).not.toHaveProperty("top_k");
  });

  test("applies no template where the tokenizer adds its own tokens: the engine lets it only then", () => {
    const config = toGenerationConfig(message(), { ...bare, specialTokens: true });
    expect(config).toEqual({ ...plain, apply_chat_template: false, do_sample: false });
  });
});

const tag = { type: "tag" as const, begin: "<a>", content: { type: "any_text" as const }, end: "</a>" };
const tagItem = {
  structuralTagType: "Tag",
  begin: "<a>",
  content: { structuralTagType: "AnyText" },
  end: "</a>",
};

describe("toStructuredOutput", () => {
  test.each<[Grammar, object]>([
    [
      { type: "regex", pattern: "a+" },
      { structuralTagType: "Regex", value: "a+" },
    ],
    [
      { type: "ebnf", grammar: "root ::= 1" },
      { structuralTagType: "EBNF", value: "root ::= 1" },
    ],
    [
      { type: "const", text: "x" },
      { structuralTagType: "ConstString", value: "x" },
    ],
    [{ type: "any_text" }, { structuralTagType: "AnyText" }],
    [
      { type: "concat", elements: [tag, { type: "const", text: "x" }] },
      { structuralTagType: "Concat", elements: [tagItem, { structuralTagType: "ConstString", value: "x" }] },
    ],
    [
      { type: "union", elements: [tag, tag] },
      { structuralTagType: "Union", elements: [tagItem, tagItem] },
    ],
    [{ type: "union", elements: [tag] }, tagItem],
    [{ type: "concat", elements: [tag] }, tagItem],
    [tag, tagItem],
    [
      { type: "triggered_tags", triggers: ["<"], tags: [tag], at_least_one: true, stop_after_first: false },
      {
        structuralTagType: "TriggeredTags",
        triggers: ["<"],
        tags: [tagItem],
        atLeastOne: true,
        stopAfterFirst: false,
      },
    ],
    [
      {
        type: "tags_with_separator",
        separator: ",",
        tags: [tag],
        at_least_one: false,
        stop_after_first: true,
      },
      {
        structuralTagType: "TagsWithSeparator",
        separator: ",",
        tags: [tagItem],
        atLeastOne: false,
        stopAfterFirst: true,
      },
    ],
  ])("%j", (grammar, expected) => {
    expect(toStructuredOutput(grammar)).toEqual({ structural_tags_config: expected } as never);
  });
});

describe("the prefix memory", () => {
  const ids = (length: number, from = 0n) => Array.from({ length }, (_, index) => from + BigInt(index));

  test("counts full blocks of the prompt before, never the last token", () => {
    const memory = createPrefixMemory("CPU", true);
    const counts = [ids(70), ids(70), ids(64), ids(64), [...ids(40), 7n]].map(memory.cachedTokens);
    expect(counts).toEqual([0, 64, 63, 63, 32]);
  });

  test("forgets what was before the prompt before", () => {
    const memory = createPrefixMemory("GPU", true);
    expect([ids(20), ids(20, 5n), ids(20)].map(memory.cachedTokens)).toEqual([0, 0, 0]);
  });

  test("knows earlier prompts for which there is room since a longer request made the cache grow", () => {
    const memory = createPrefixMemory("GPU", true);
    expect(memory.cachedTokens(ids(20))).toBe(0);
    memory.used(100);
    expect([ids(20, 5n), ids(20)].map(memory.cachedTokens)).toEqual([0, 16]);
    memory.used(112);
    expect(memory.cachedTokens(ids(20, 5n))).toBe(0);
  });

  test("has nothing where the engine has no cache", () => {
    const memory = createPrefixMemory("CPU", false);
    expect([ids(70), ids(70)].map(memory.cachedTokens)).toEqual([0, 0]);
  });
});
