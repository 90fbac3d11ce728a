import { describe, expect, test } from "bun:test";
import { parseFallbacks } from "../../src/mesh/fallbacks.ts";
import { toLiteLlmConfig } from "../../src/mesh/litellm.ts";
import { type BoxAnswer, toOffers } from "../../src/mesh/models.ts";
import { box, model } from "./samples.ts";

const [pc1, pc2] = [box("pc1", "secret of pc1"), box("pc2")];

function configure(answers: BoxAnswer[], { keysInFile = false, fallbacks = [] as string[] } = {}) {
  const { offers } = toOffers(answers);
  const parsed = parseFallbacks(
    fallbacks,
    offers.map(({ name }) => name),
  );
  return toLiteLlmConfig({ offers, fallbacks: parsed, keysInFile });
}

describe("the names over all boxes", () => {
  test("have an entry for each box that lists them", () => {
    const { model_list } = configure([
      { box: pc1, models: [model("a"), model("b", { parent: "a" })] },
      { box: pc2, models: [model("b")] },
    ]);
    expect(model_list.map(({ model_name, litellm_params }) => [model_name, litellm_params])).toEqual([
      [
        "a",
        {
          model: "openai/a",
          api_base: "http://pc1:9000/v1",
          api_key: "os.environ/KEY_OF_PC1",
          cooldown_time: 2,
        },
      ],
      [
        "b",
        {
          model: "openai/b",
          api_base: "http://pc1:9000/v1",
          api_key: "os.environ/KEY_OF_PC1",
          cooldown_time: 2,
        },
      ],
      ["b", { model: "openai/b", api_base: "http://pc2:9000/v1", api_key: "none", cooldown_time: 2 }],
    ]);
  });

  test.each([
    ["llm", "openai/x", "chat"],
    ["vlm", "openai/x", "chat"],
    ["embeddings", "openai/x", "embedding"],
    ["rerank", "hosted_vllm/x", "rerank"],
    ["transcription", "openai/x", "audio_transcription"],
  ])("of a model of type %s go through %s as %s", (type, name, mode) => {
    const { model_list } = configure([{ box: pc1, models: [model("x", { type })] }]);
    expect(model_list).toMatchObject([{ litellm_params: { model: name }, model_info: { mode } }]);
  });

  test("have one entry for a box that lists a model several times", () => {
    const listed = [model("a"), model("b"), model("a"), model("a", { type: "embeddings" })];
    const { offers, problems } = toOffers([{ box: pc1, models: listed }]);
    expect(offers.map(({ name, mode, placed }) => [name, mode, placed.length])).toEqual([
      ["a", "chat", 1],
      ["b", "chat", 1],
    ]);
    expect(problems).toEqual([]);
  });

  test("leave out what nothing routes, and what is another kind of model elsewhere", () => {
    const { offers, problems } = toOffers([
      { box: pc1, models: [model("x"), model("voice", { type: "speech" })] },
      { box: pc2, models: [model("x", { type: "embeddings" })] },
    ]);
    expect(offers).toMatchObject([{ name: "x", mode: "chat", placed: [{ box: pc1 }] }]);
    expect(problems).toEqual([
      "voice on pc1:9000 is left out: nothing routes a model of type speech.",
      'x on pc2:9000 is left out: it is for embedding there, and for chat on pc1:9000. Rename one of them with "ov-llm models rename".',
    ]);
  });

  test.each([
    ["os.environ/OPENAI_API_KEY", "LiteLLM would put the value of a variable in place of its name"],
    ["*", "LiteLLM would take its name for a pattern of names"],
    ["openai/*", "LiteLLM would take its name for a pattern of names"],
    ["\uD800", "its name is no text"],
  ])("leave out %j", (name, why) => {
    const { offers, problems } = toOffers([{ box: pc1, models: [model(name), model("x")] }]);
    expect(offers.map((offer) => offer.name)).toEqual(["x"]);
    expect(problems).toEqual([`${name} on pc1:9000 is left out: ${why}.`]);
  });

  test("have ids of their own, whatever they are called", () => {
    const names = ["größe", "grüße", "a:b;c"];
    const { model_list } = configure([{ box: pc1, models: names.map((name) => model(name)) }]);
    const ids = model_list.map(({ model_info }) => model_info.id);
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(id).toMatch(/^pc1-9000\/[\w%.-]+$/);
  });

  test("state what a model can do", () => {
    const capabilities = ["completion", "tools", "thinking", "vision"];
    const [deployment] = configure([{ box: pc1, models: [model("x", { capabilities })] }]).model_list;
    expect(deployment?.model_info).toEqual({
      id: "pc1-9000/x",
      mode: "chat",
      input_cost_per_token: 0,
      output_cost_per_token: 0,
      max_input_tokens: 8192,
      max_output_tokens: 8192,
      supports_function_calling: true,
      supports_tool_choice: true,
      supports_response_schema: true,
      supports_vision: true,
      supports_reasoning: true,
      supports_native_streaming: true,
      disable_background_health_check: true,
    });
  });
});

test("a key is in the file only when it is asked for", () => {
  const answers = [{ box: pc1, models: [model("a")] }];
  expect(JSON.stringify(configure(answers))).not.toContain("secret");
  expect(configure(answers, { keysInFile: true }).model_list[0]?.litellm_params.api_key).toBe(
    "secret of pc1",
  );
});

test("only pinned models are checked in the background, which would load any other", () => {
  const pinned = model("a", { pinned: true });
  const models = [pinned, { ...pinned, id: "alias", parent: "a" }, model("b")];
  const { model_list, general_settings } = configure([{ box: pc1, models }]);
  expect(general_settings.background_health_checks).toBe(true);
  const unchecked = model_list.filter(({ model_info }) => model_info.disable_background_health_check);
  expect(unchecked.map(({ model_name }) => model_name)).toEqual(["alias", "b"]);
  const without = configure([{ box: pc1, models: [model("b")] }]).general_settings;
  expect(without.background_health_checks).toBe(false);
});

test("prompts are counted where a context differs between boxes", () => {
  const at = (context_length: number) => [model("a", { context_length })];
  const [even, uneven] = [8192, 4096].map(
    (length) =>
      configure([
        { box: pc1, models: at(8192) },
        { box: pc2, models: at(length) },
      ]).router_settings.enable_pre_call_checks,
  );
  expect([even, uneven]).toEqual([false, true]);
});

describe("fallbacks", () => {
  const models = [model("small"), model("big"), model("vectors", { type: "embeddings" })];
  const answers = [{ box: pc1, models }];

  test.each([
    [["big"], [{ small: ["big"] }]],
    [["small=big"], [{ small: ["big"] }]],
    [["openai/gpt-4o"], [{ small: ["openai/gpt-4o"] }, { big: ["openai/gpt-4o"] }]],
    [["small=big", "small=openai/gpt-4o"], [{ small: ["big", "openai/gpt-4o"] }]],
  ])("%j", (fallbacks, expected) => {
    expect<unknown>(configure(answers, { fallbacks }).router_settings.fallbacks).toEqual(expected);
  });

  test("to a model elsewhere add it once, with its provider's own key", () => {
    const { model_list } = configure(answers, { fallbacks: ["small=openai/gpt-4o", "big=openai/gpt-4o"] });
    expect(model_list.filter(({ model_name }) => model_name === "openai/gpt-4o")).toMatchObject([
      { litellm_params: { model: "openai/gpt-4o" } },
    ]);
  });

  test.each([
    [["bigg"], /no box that answers has a model "bigg"\. .*Did you mean "big"\?/],
    [["smal=big"], /has a model "smal"\. .*Did you mean "small"\?/],
    [["small="], /has a model ""/],
  ])("%j are refused", (fallbacks, reason) => {
    expect(() => configure(answers, { fallbacks })).toThrow(reason);
  });
});
