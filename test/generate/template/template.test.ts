import { describe, expect, test } from "bun:test";
import { OvError } from "../../../src/errors.ts";
import { findReasoningTags, opensReasoning } from "../../../src/generate/template/reasoning-tags.ts";
import { compile, compileFixture, fixtureSources, plainInput } from "./templates.ts";

const user = { role: "user", content: "Hello" };
const render = (source: string, input: Partial<typeof plainInput> = {}) =>
  compile(source).render({ ...plainInput, messages: [user], ...input });

function failure(run: () => unknown): OvError {
  try {
    run();
  } catch (error) {
    if (error instanceof OvError) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

describe("rendering a chat template", () => {
  test("further variables reach it, but do not stand for the conversation", () => {
    const kwargs = {
      enable_thinking: false,
      messages: [],
      tools: "x",
      range: 1,
      namespace: 1,
      date_string: "today",
    };
    const source =
      "{{ enable_thinking }} {{ messages | length }} {{ tools is none }} {{ range(2) | length }} {{ date_string }}";
    expect(render(source, { kwargs })).toBe("False 1 True 2 today");
  });

  test("the time is what it is given", () => {
    expect(render("{{ strftime_now('%d %b %Y') }}")).toBe("05 Mar 2026");
  });

  test("the same template renders again and again alike", () => {
    const template = compileFixture("llama3");
    const once = template.render({ ...plainInput, messages: [user] });
    expect(template.render({ ...plainInput, messages: [user] })).toBe(once);
  });

  const failing: [name: string, source: string, words: string][] = [
    [
      "what it raises itself",
      "{{ raise_exception('Only user and assistant!') }}",
      "Only user and assistant!",
    ],
    ["an unknown filter", "{{ messages | frobnicate }}", "frobnicate"],
    ["an unknown function", "{{ open('/etc/passwd') }}", "'open' is undefined"],
    [
      "a constructor of JavaScript",
      "{{ messages.constructor.constructor('return process')() }}",
      "'list object' has no attribute 'constructor'",
    ],
    ["a constructor of a text", "{{ ''['constructor']('x') }}", "has no attribute 'constructor'"],
    ["a prototype", "{{ bos_token.__proto__.x() }}", "has no attribute '__proto__'"],
    ["what is no function", "{{ messages() }}", "'list' object is not callable"],
    ["another template", "{% if true %}{% include 'x' %}{% endif %}", "other templates"],
    ["a range without end", "{% for i in range(1000000000) %}{% endfor %}", "100000"],
    ["a range that does not move", "{{ range(0, 5, 0) }}", "range"],
    [
      "loops within loops",
      "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}",
      "steps",
    ],
    ["a macro that calls itself", "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "cannot render"],
    [
      "a text that doubles",
      "{% set ns = namespace(t='xxxxxxxx') %}{% for i in range(64) %}{% set ns.t = ns.t + ns.t %}{% endfor %}{{ ns.t | length }}",
      "cannot render",
    ],
  ];
  for (const [name, source, words] of failing) {
    test(`fails with words: ${name}`, () => {
      const error = failure(() => render(source));
      expect(error).toMatchObject({ code: "chat_template_failed" });
      expect(error.message).toContain(words);
    }, 30_000);
  }

  const unreadable: [name: string, source: string][] = [
    ["an open block", "{% if true %}x"],
    ["an open expression", "{{ messages"],
    ["an open comment", "{# x"],
    ["an unknown block", "{% include 'x' %}"],
    ["a very long one", "x".repeat(500_001)],
    ["deep brackets", `{{ ${"(".repeat(100_000)}`],
  ];
  for (const [name, source] of unreadable) {
    test(`cannot be read: ${name}`, () => {
      expect(failure(() => compile(source))).toMatchObject({ code: "chat_template_failed" });
    });
  }

  test("deep values fail with words", () => {
    let deep: unknown = 1;
    for (let depth = 0; depth < 100_000; depth++) deep = [deep];
    const error = failure(() => render("{{ deep | tojson }}", { kwargs: { deep } }));
    expect(error.code).toBe("chat_template_failed");
  });

  // A template whose work grows with the square of the messages would go beyond the bound on steps.
  const many = Array.from({ length: 20_000 }, (_, index) => ({
    role: index % 2 ? "assistant" : "user",
    content: `hi ${index}`,
  }));
  for (const name of fixtureSources.keys()) {
    if (name === "parts") continue;
    test(`20,000 messages: ${name}`, () => {
      const template = compileFixture(name);
      const tools = name === "command-r" ? [] : null;
      expect(
        template.render({ ...plainInput, tools: null, messages: many, ...(tools && { tools }) }),
      ).toContain("hi 19999");
    });
  }
});

describe("reasoning tags", () => {
  test("are what the source names", () => {
    expect(findReasoningTags("{{ '<think>' }}")).toEqual({ open: "<think>", close: "</think>" });
    expect(findReasoningTags("x.split('</think>')")?.open).toBe("<think>");
    expect(findReasoningTags("[THINK]")?.close).toBe("[/THINK]");
    expect(findReasoningTags("{{ messages }}")).toBeNull();
  });

  const prompts: [prompt: string, opens: boolean][] = [
    ["<|im_start|>assistant\n<think>\n", true],
    ["<|im_start|>assistant\n<think>", true],
    ["<|im_start|>assistant\n<think>\n\n</think>\n\n", false],
    ["Write <think> please<|im_start|>assistant\n", false],
  ];
  for (const [prompt, opens] of prompts) {
    test(`${JSON.stringify(prompt)} ${opens ? "opens" : "opens no"} block`, () => {
      expect(opensReasoning(prompt, { open: "<think>", close: "</think>" })).toBe(opens);
    });
  }
});
