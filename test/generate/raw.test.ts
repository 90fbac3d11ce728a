import { describe, expect, test } from "bun:test";
import { compileRules } from "../../src/generate/constraint.ts";
import { type FimTokens, findFimTokens } from "../../src/generate/fim.ts";
import { planRaw, type RawPrompt, type RawRequest } from "../../src/generate/raw.ts";
import { createSchemaCompiler } from "../../src/grammar/json-schema/compiled.ts";
import { auto, plainFacts } from "./text-request.ts";

const facts = { ...plainFacts, chat_template: null, bos_token: "<s>", eos_token: "</s>" };
const options = { seed: 10, maxTokens: 4096, newCallId: () => "", marker: null };
const compileSchema = createSchemaCompiler();
const text = (text: string, bare?: boolean): RawPrompt => ({
  type: "text",
  text,
  ...(bare !== undefined && { bare }),
});
const gap: RawPrompt = { type: "fim", at: "suffix", prefix: "a", suffix: "b", files: [] };
const star = ["<fim_prefix>", "<fim_suffix>", "<fim_middle>"];
const fim = await findFimTokens((token) => star.includes(token));

function prepare(
  request: Partial<RawRequest>,
  model: { facts?: Partial<typeof facts>; fim?: FimTokens | null } = {},
) {
  const { form = null } = request;
  const rules = compileRules({ tools: [], toolChoice: auto, form }, compileSchema);
  const plan = planRaw(
    {
      prompts: [text("Hi")],
      choices: 1,
      form: null,
      sampling: {},
      stops: [],
      maxTokens: null,
      ignoreEos: false,
      logprobs: null,
      specialTokens: false,
      ...request,
    },
    { ...options, rules },
  );
  const prepared = plan.prepare({
    facts: { ...facts, ...model.facts },
    defaults: {},
    fim: model.fim ?? null,
  });
  return {
    plan,
    requests: Array.from({ length: plan.choices }, (_, index) => prepared.choice(index).request),
    prepared,
  };
}

describe("a raw prompt", () => {
  const prompts: [string, RawPrompt, string | number[], boolean][] = [
    ["gets what the tokenizer adds", text("Hi"), "Hi", true],
    ["gets no second begin of text", text("<s>Hi"), "<s>Hi", false],
    ["gets nothing where it is to be bare", text("Hi", true), "Hi", false],
    ["that is empty is the start of a document", text(""), "<s>", false],
    ["of ids stays as it is", { type: "tokens", tokens: [5, 6] }, [5, 6], false],
    ["with half of a character becomes one that a tokenizer takes", text("a\ud83d"), "a\ufffd", true],
  ];
  for (const [name, prompt, expected, special] of prompts) {
    test(name, () => {
      const [request] = prepare({ prompts: [prompt] }).requests;
      expect(request).toMatchObject({ prompt: expected, add_special_tokens: special });
    });
  }

  test("that is empty starts behind the end of another document where there is no begin of text", () => {
    const [request] = prepare({ prompts: [text("")] }, { facts: { bos_token: "" } }).requests;
    expect(request?.prompt).toBe("</s>");
  });

  test("has its choices behind those of the one before, each with the same seeds", () => {
    const { requests, plan } = prepare({
      prompts: [text("a"), text("b")],
      choices: 2,
      sampling: { seed: 5 },
    });
    expect(plan.choices).toBe(4);
    expect(requests.map(({ prompt, sampling }) => [prompt, sampling.seed])).toEqual([
      ["a", 5],
      ["a", 6],
      ["b", 5],
      ["b", 6],
    ]);
  });

  test("needs no chat template, and has neither calls nor reasoning read out of its answer", () => {
    const { reader } = prepare({}).prepared.choice(0);
    const answer = '<think>x</think><tool_call>{"name": "f", "arguments": {}}</tool_call>';
    expect(reader.push(answer, 1)).toEqual([{ type: "text", text: answer, logprobs: [] }]);
    expect(reader.finish("stop")).toEqual({ reason: "stop", stop: null });
  });
});

describe("a raw request", () => {
  test("ends at its stop strings, and within its bounds", () => {
    const { requests, prepared } = prepare({ stops: ["b"], maxTokens: 5, ignoreEos: true });
    expect(requests[0]).toMatchObject({ max_tokens: 5, ignore_eos: true, lengths: true });
    expect(prepare({}).requests[0]?.lengths).toBeUndefined();
    expect(prepared.choice(0).reader.push("abc", 1)).toMatchObject([{ text: "a" }]);
  });

  const form = { type: "regex", pattern: "a+", param: "form", at: "form.regex" } as const;

  test("is held to a form", () => {
    expect(prepare({ form, ignoreEos: true }).requests[0]).toMatchObject({
      grammar: { type: "ebnf", grammar: expect.stringContaining("[a]") },
      ignore_eos: false,
    });
  });

  test.each<[string, Partial<RawRequest>]>([
    ["form", { form }],
    ["logprobs", { logprobs: { at: "logprobs" } }],
  ])("is refused for %s where the engine cannot do that", (param, request) => {
    expect(() => prepare(request, { facts: { capabilities: [] } })).toThrow(
      expect.objectContaining({ code: "unsupported_parameter", param }),
    );
  });

  test("is refused before a model is loaded for a form that is none", () => {
    const bad = { ...form, pattern: "(" };
    expect(() => prepare({ form: bad })).toThrow(expect.objectContaining({ param: "form.regex" }));
  });

  test.each<[string, Partial<RawRequest>, boolean]>([
    ["nobody asks for it", {}, false],
    ["it is asked for", { specialTokens: true }, true],
    ["a stop string is one", { stops: ["\n", "<|file_sep|>"] }, true],
    ["a stop string is one of Mistral's", { stops: ["[/INST]"] }, true],
    ["a stop string is none", { stops: ["</a> b", "[a]", "<"] }, false],
  ])("keeps special tokens in the text, or not: %s", (_, request, kept) => {
    expect(prepare(request).requests[0]?.special_tokens).toBe(kept);
  });

  test("keeps none where the engine cannot", () => {
    const [request] = prepare({ specialTokens: true }, { facts: { capabilities: [] } }).requests;
    expect(request?.special_tokens).toBe(false);
  });
});

describe("a gap", () => {
  test("is filled by the model's own tokens, and ends where they say so", () => {
    const { requests, prepared, plan } = prepare({ prompts: [gap] }, { fim });
    expect(plan.needsFim).toBe(true);
    expect(requests[0]).toMatchObject({
      prompt: "<fim_prefix>a<fim_suffix>b<fim_middle>",
      add_special_tokens: true,
      special_tokens: true,
    });
    const { reader } = prepared.choice(0);
    expect(reader.push("x<fim_pad>y", 1)).toMatchObject([{ text: "x" }]);
    expect(reader.stopped).toBe(true);
  });

  test("is refused by a model without them, naming the field", () => {
    expect(() => prepare({ prompts: [gap] })).toThrow(
      expect.objectContaining({
        code: "unsupported_parameter",
        param: "suffix",
        message: expect.stringContaining("has no fill-in-the-middle tokens"),
      }),
    );
  });

  test("leaves room for its answer, a quarter of the context at most", () => {
    const files = Array.from({ length: 100 }, () => ({ name: null, text: "x".repeat(100) }));
    const lengthOf = (maxTokens: number | null) =>
      String(
        prepare({ prompts: [{ ...gap, files }], maxTokens }, { fim, facts: { context_length: 1000 } })
          .requests[0]?.prompt,
      ).length;
    expect(lengthOf(100)).toBeGreaterThan(lengthOf(null));
    expect(lengthOf(null)).toBeGreaterThan(1500);
  });

  test("is not looked for where no prompt has one", () => expect(prepare({}).plan.needsFim).toBe(false));
});
