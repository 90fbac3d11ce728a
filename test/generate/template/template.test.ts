import { describe, expect, test } from "bun:test";
import { findReasoningTags, opensReasoning } from "../../../src/generate/template/reasoning-tags.ts";
import { thrownBy } from "../../helpers/failure.ts";
import { compile, compileFixture, fixtureSources, plainInput } from "./templates.ts";

const user = { role: "user", content: "Hello" };
const render = (source: string, input: Partial<typeof plainInput> = {}) =>
  compile(source).render({ ...plainInput, messages: [user], ...input });

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
      const error = thrownBy(() => render(source));
      expect(error).toMatchObject({ code: "chat_template_failed" });
      expect(error.message).toContain(words);
    }, 180_000);
  }

  // A template is data from a model's folder: none may hold the daemon's loop, whatever it repeats.
  const endless: [name: string, source: string][] = [
    [
      "a loop over a long list in each round",
      "{% for a in range(99999) %}{% set q = range(99999)|list %}{% endfor %}",
    ],
    ["two macros in one", "{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}"],
    ["a recursive loop", "{% for x in [1] recursive %}{{ loop([1, 1]) }}{% endfor %}"],
    [
      "lists that double, printed",
      "{% set n = namespace(t=[1]) %}{% for i in range(64) %}{% set n.t = [n.t, n.t] %}{% endfor %}{{ n.t }}",
    ],
    [
      "lists that double, as JSON",
      "{% set n = namespace(t=[1]) %}{% for i in range(64) %}{% set n.t = [n.t, n.t] %}{% endfor %}{{ n.t|tojson }}",
    ],
    [
      "lists that double, compared",
      "{% set n = namespace(t=[1], u=[1]) %}{% for i in range(64) %}{% set n.t = [n.t, n.t] %}{% set n.u = [n.u, n.u] %}{% endfor %}{{ n.t == n.u }}",
    ],
    [
      "a list that grows",
      "{% set n = namespace(t=[1]) %}{% for i in range(64) %}{% set n.t = n.t + n.t %}{% endfor %}",
    ],
    [
      "a long text, again and again",
      "{% set t = 'x' * 900000 %}{% for a in range(99999) %}{% set q = t|upper %}{% endfor %}",
    ],
    [
      "long texts compared",
      "{% set t = 'x' * 900000 %}{% set u = 'x' * 900000 %}{% for a in range(99999) %}{% set q = t == u %}{% endfor %}",
    ],
    [
      "a long text in a long text",
      "{% set t = 'x' * 900000 %}{% for a in range(99999) %}{% set q = 'y' in t %}{% endfor %}",
    ],
    ["a wide format", "{{ '%900000000d' % 1 }}"],
    ["a wide field", "{{ '{:{w}}'.format(1, w=900000000) }}"],
    ["a text repeated", "{{ 'a' * 900000000 }}"],
    [
      "a negative width does not buy steps",
      "{% for i in range(99999) %}{% for j in range(9999) %}{{ 'a'.center(-999999999) }}{% endfor %}{% endfor %}",
    ],
    ["a wide indent", "{{ 'a\nb'|indent(1000000000) }}"],
    ["a filled row", "{{ [1]|batch(1000000000, 1)|list }}"],
    ["a large power", "{{ 10 ** 100000 }}"],
    [
      "ints that grow",
      "{% set n = namespace(t=9) %}{% for i in range(99) %}{% set n.t = n.t * n.t %}{% endfor %}",
    ],
    [
      "digits without end",
      "{{ ('9' * 900000 ~ 'x')|int + ('%(' * 400000)|length + ('{[' * 400000).format()|length }}",
    ],
    [
      "a long word, wrapped",
      "{{ ('a' * 900000)|wordwrap(1)|length }}{% for i in range(99999) %}{{ i }}{% endfor %}{{ 'x' * 900000 }}",
    ],
  ];
  for (const [name, source] of endless) {
    test(`ends soon: ${name}`, () => {
      const template = compile(source);
      expect(thrownBy(() => template.render({ ...plainInput, messages: [user] })).code).toBe(
        "chat_template_failed",
      );
    });
  }

  test("a long run of white space is read at once", () => {
    expect(render(`a${" ".repeat(400_000)}{%- if true %}b{% endif %}`)).toBe("ab");
  });

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
      expect(thrownBy(() => compile(source))).toMatchObject({ code: "chat_template_failed" });
    });
  }

  test("deep values fail with words", () => {
    let deep: unknown = 1;
    for (let depth = 0; depth < 100_000; depth++) deep = [deep];
    const error = thrownBy(() => render("{{ deep | tojson }}", { kwargs: { deep } }));
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
