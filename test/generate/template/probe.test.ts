import { describe, expect, test } from "bun:test";
import { probeTemplate } from "../../../src/generate/template/probe.ts";
import type { TemplateTraits } from "../../../src/generate/template/traits.ts";
import { compile, compileFixture, fixtureSources, realSources } from "./templates.ts";

/** What most templates are; the tables say what is otherwise. */
const common: TemplateTraits = {
  system: "anywhere",
  severalSystems: true,
  alternation: false,
  assistantFirst: true,
  emptyAssistant: true,
  content: "text",
  tools: true,
  systemTools: false,
  noTools: null,
  toolCalls: true,
  arguments: "object",
  textArguments: true,
  severalCalls: true,
  callContent: "",
  shortCallIds: false,
  toolResults: true,
  userAfterTool: true,
  kwargs: [],
  efforts: {},
  reasoning: null,
};

const threeLevels = { none: "low", minimal: "low", xhigh: "high", max: "high" };
const noCalls = { tools: false, toolCalls: false } as const;
const firstOnly = { system: "first", severalSystems: false } as const;
const withLastUser = { system: "with last user", severalSystems: false } as const;
const takesTurns = { alternation: true, assistantFirst: false } as const;
const think = { open: "<think>", close: "</think>" };
const thinking = { open: "<|START_THINKING|>", close: "<|END_THINKING|>" };

const fixtures: Record<string, Partial<TemplateTraits>> = {
  chatml: noCalls,
  "command-r": { noTools: "empty list", reasoning: thinking },
  "deepseek-r1": {
    ...firstOnly,
    tools: false,
    arguments: "text",
    callContent: null,
    reasoning: think,
  },
  gemma: { ...noCalls, ...takesTurns, system: "nowhere", severalSystems: false, toolResults: false },
  granite: { toolCalls: false, kwargs: ["thinking"], reasoning: think },
  harmony: { ...firstOnly, severalCalls: false, kwargs: ["reasoning_effort"], efforts: threeLevels },
  hermes: {},
  llama3: { severalCalls: false },
  magistral: {
    tools: false,
    emptyAssistant: false,
    reasoning: { open: "[THINK]", close: "[/THINK]" },
  },
  mistral: { ...withLastUser, ...takesTurns, shortCallIds: true, userAfterTool: false },
  onyx: { textArguments: false, kwargs: ["reasoning_strength"], efforts: threeLevels },
  parts: { ...noCalls, content: "parts" },
  phi: { ...noCalls, toolResults: false },
  phi4: { ...noCalls, systemTools: true },
  "qwen3-coder": { textArguments: false },
  qwen3: { kwargs: ["enable_thinking"], reasoning: think },
  smollm3: { ...firstOnly, textArguments: false, kwargs: ["enable_thinking"], reasoning: think },
};

const real: Record<string, Partial<TemplateTraits>> = {
  "Qwen-Qwen2.5-7B-Instruct": {},
  "Qwen-Qwen3-0.6B": { kwargs: ["enable_thinking"], reasoning: think },
  "Qwen3-Coder": { textArguments: false },
  "NousResearch-Hermes-2-Pro-Llama-3-8B-tool_use": { noTools: "empty list" },
  "NousResearch-Hermes-3-Llama-3.1-8B-tool_use": { noTools: "empty list" },
  "meta-llama-Llama-3.1-8B-Instruct": { severalCalls: false },
  "meta-llama-Llama-3.2-3B-Instruct": { severalCalls: false },
  "meta-llama-Llama-3.3-70B-Instruct": { severalCalls: false },
  "mistralai-Mistral-Nemo-Instruct-2407": {
    ...withLastUser,
    ...takesTurns,
    shortCallIds: true,
    userAfterTool: false,
  },
  "microsoft-Phi-3.5-mini-instruct": { ...noCalls, toolResults: false },
  "ibm-granite-granite-3.3-2B-Instruct": { toolCalls: false, kwargs: ["thinking"], reasoning: think },
  "ibm-granite-granite-4.0": {},
  "deepseek-ai-DeepSeek-R1-Distill-Llama-8B": {
    ...firstOnly,
    tools: false,
    arguments: "text",
    callContent: null,
    reasoning: think,
  },
  "openai-gpt-oss-120b": {
    ...firstOnly,
    severalCalls: false,
    kwargs: ["reasoning_effort"],
    efforts: threeLevels,
  },
  "google-gemma-2-2b-it": {
    ...noCalls,
    ...takesTurns,
    system: "nowhere",
    severalSystems: false,
    toolResults: false,
  },
  "HuggingFaceTB-SmolLM3-3B": {
    ...noCalls,
    ...firstOnly,
    kwargs: ["enable_thinking"],
    reasoning: think,
  },
};

describe("the traits of a template", () => {
  test("the table knows each fixture", () => {
    expect(Object.keys(fixtures).sort()).toEqual([...fixtureSources.keys()].sort());
  });

  for (const [name, traits] of Object.entries(fixtures)) {
    test(name, () => {
      expect(probeTemplate(compileFixture(name))).toEqual({ ...common, ...traits });
    });
  }

  for (const [name, traits] of Object.entries(real)) {
    const source = realSources.get(name);
    test.skipIf(source === undefined)(`real: ${name} (needs OV_TEST_CHAT_TEMPLATES)`, () => {
      expect(probeTemplate(compile(source!))).toEqual({ ...common, ...traits });
    });
  }

  const hy3 = realSources.get("tencent-Hy3");
  test.skipIf(hy3 === undefined)(
    "a template that fails at words for an effort (needs OV_TEST_CHAT_TEMPLATES)",
    () => {
      const { efforts } = probeTemplate(compile(hy3!));
      expect(efforts).toEqual({ ...threeLevels, none: "no_think", medium: "high" });
    },
  );

  test("a template that renders nothing is one that knows nothing", () => {
    const traits = probeTemplate(compile("{{ raise_exception('no') }}"));
    expect(traits).toMatchObject({ system: "nowhere", tools: false, toolCalls: false, toolResults: false });
  });
});
