import { describe, expect, test } from "bun:test";
import type { AnswerForm, TextRequest, ToolWish } from "../../src/generate/request.ts";
import { auto, choose, define, modelOf, plainFacts, plan, prepare, turn } from "./text-request.ts";

const find = define("find", { type: "object", properties: { x: { type: "integer" } } });
const must = (extra: Partial<ToolWish> = {}): ToolWish => ({ ...auto, mode: "required", ...extra });
const never: ToolWish = { ...auto, mode: "none" };
const schema = { type: "object", properties: { a: { type: "boolean" } }, required: ["a"] };
const json: AnswerForm = { type: "json_schema", schema, param: "form", at: "form.schema" };

describe("the plan of a request", () => {
  const maxTokens: [string, Partial<TextRequest>, number][] = [
    ["absent: the server's bound", {}, 4096],
    ["as asked", { maxTokens: 5 }, 5],
    ["no more than the context", { maxTokens: 1_000_000 }, 8192],
  ];
  for (const [name, request, bound] of maxTokens) {
    test(`bounds the tokens, ${name}`, () => expect(choose(request).request.max_tokens).toBe(bound));
  }

  test("gives each choice a seed of its own, the same ones for the same seed", () => {
    const seeds = [0, 1, 2].map(
      (index) => choose({ choices: 3, sampling: { seed: 5 } }, {}, index).request.sampling.seed,
    );
    expect(seeds).toEqual([5, 6, 7]);
  });

  test("carries the numbers of earlier calls into the prompt as they were written", () => {
    const call = { type: "call", id: "1", name: "f", at: "turns[0]" } as const;
    const given = '{"id": 123456789012345678, "share": 2.0}';
    const turns = [turn("user", "Hi"), turn("assistant", [{ ...call, arguments: given }])];
    const template =
      "{% for message in messages %}{{ message.content }}{% for call in message.tool_calls or [] %}" +
      "[{{ call.function.name }} {{ call.function.arguments | tojson }}]{% endfor %}{% endfor %}" +
      "{% for tool in tools or [] %}{{ tool | tojson }}{% endfor %}";
    const { prompt } = choose({ conversation: { turns, at: "turns" } }, { chat_template: template }).request;
    expect(prompt).toContain(given);
  });

  test("stops at the first stop string", () => {
    const { reader, request } = choose({ stops: ["x", "b"] });
    // Which may stand in the middle of a step.
    expect([request.lengths, choose({}).request.lengths]).toEqual([true, undefined]);
    expect(reader.push("abc", 1)).toEqual([{ type: "text", text: "a", logprobs: [] }]);
    expect(reader.stopped).toBeTrue();
  });

  const image = { type: "image", url: "data:,", at: "turns[1].parts[0]" } as const;
  const images = [{ path: "/images/1", at: image.at }];
  const places: [string, TextRequest["conversation"]["turns"]][] = [
    ["in a message", [turn("user", "Hi"), turn("user", [image])]],
    [
      "in a tool's result",
      [
        turn("assistant", [{ type: "call", id: "1", name: "f", arguments: "{}", at: "turns[0]" }]),
        turn("user", [{ type: "result", callId: "1", name: null, content: [image], at: "turns[1]" }]),
      ],
    ],
  ];
  for (const [name, turns] of places) {
    test(`refuses an image ${name} for a model that sees none, naming where it stands`, () => {
      expect(() => prepare({ conversation: { turns, at: "turns" } }, modelOf(), images)).toThrow(
        expect.objectContaining({
          code: "unsupported_parameter",
          param: image.at,
          message: expect.stringMatching(/turns\[1\]\.parts\[0\].* image.*text only/),
        }),
      );
    });
  }

  test("refuses a result that answers nothing before a model is loaded", () => {
    const result = { type: "result", callId: "1", name: null, content: [], at: "turns[0].id" } as const;
    expect(() => plan({ conversation: { turns: [turn("user", [result])], at: "turns" } })).toThrow(
      expect.objectContaining({ code: "invalid_request", param: "turns[0].id" }),
    );
  });

  const forms: [AnswerForm, string][] = [
    [{ type: "regex", pattern: "[a-", param: "form", at: "form.regex" }, "form.regex"],
    [{ type: "choice", choices: ["a", ""], param: "form", at: "form.choice" }, "form.choice[1]"],
    [{ type: "grammar", grammar: "root ::= x", param: "form", at: "form.grammar" }, "form.grammar"],
    [{ ...json, schema: { type: "text" }, strict: true }, "form.schema.type"],
  ];
  for (const [form, param] of forms) {
    test(`refuses a ${form.type} that means nothing, naming the place`, () => {
      expect(() => plan({ form })).toThrow(expect.objectContaining({ code: "invalid_request", param }));
    });
  }
});

describe("a prepared plan", () => {
  test("has one prompt and another seed for each of 128 choices", () => {
    const prepared = prepare({ choices: 128 });
    const choices = Array.from({ length: 128 }, (_, index) => prepared.choice(index));
    expect(new Set(choices.map(({ request }) => request.prompt))).toEqual(
      new Set(["[user] Hi\n[assistant] "]),
    );
    expect(choices.map(({ request }) => request.sampling.seed)).toEqual(choices.map((_, at) => 10 + at));
  });

  test("shares the grammar between its choices, and gives each a reader of its own", () => {
    const prepared = prepare({ choices: 2, form: json, stops: ["b"] });
    const [one, other] = [prepared.choice(0), prepared.choice(1)];
    expect(one.request.grammar).not.toBeNull();
    expect(other.request.grammar).toBe(one.request.grammar);
    one.reader.push("ab", 1);
    expect([one.reader.stopped, other.reader.stopped]).toEqual([true, false]);
  });
});

describe("a conversation's last turn, the assistant's,", () => {
  const turns = [turn("user", "Hi"), turn("assistant", "It is ")];
  const continued = { conversation: { turns, at: "turns" }, continueLast: { at: "turns" } };
  const thinks = {
    chat_template:
      "{% for message in messages %}[{{ message.role }}] {{ message.content | trim }}<end>{% endfor %}" +
      "{% if add_generation_prompt %}[assistant] <think>\n{% endif %}{# </think> #}",
  };

  test("is continued where it stops, without a thought", () => {
    const { request, reader } = choose({ ...continued, form: json }, thinks);
    expect(request.prompt).toBe("[user] Hi<end>[assistant] It is ");
    expect(request.grammar).toMatchObject({ type: "ebnf" });
    expect(reader.push("fine.", 1)).toEqual([{ type: "text", text: "fine.", logprobs: [] }]);
  });

  test("is continued within its thought, if that is open", () => {
    const open = { ...continued.conversation, turns: [turn("user", "Hi"), turn("assistant", "<think>I th")] };
    const { request, reader } = choose({ ...continued, conversation: open }, thinks);
    expect(request.prompt).toEndWith("[assistant] <think>I th");
    expect(reader.push("ink.</think>Yes.", 1)).toEqual([
      { type: "reasoning", text: "ink." },
      { type: "text", text: "Yes.", logprobs: [] },
    ]);
  });

  test("goes where an answer starts if the template leaves it out", () => {
    const chat_template = "{% for m in messages if m.role == 'user' %}{{ m.content }}{% endfor %}>";
    expect(choose(continued, { chat_template }).request.prompt).toBe("Hi>It is ");
  });

  test.each([
    ["a user's", [turn("user", "Hi")]],
    [
      "one with a call",
      [turn("assistant", [{ type: "call", id: "1", name: "f", arguments: "{}", at: "turns[0]" }])],
    ],
  ])("cannot be %s", (_name, turns) => {
    expect(() => plan({ ...continued, conversation: { turns, at: "turns" } })).toThrow(
      expect.objectContaining({ code: "invalid_request", param: "turns" }),
    );
  });
});

describe("a thought's budget", () => {
  const chat_template =
    "{% for m in messages %}{% if m.reasoning_content %}<think>{{ m.reasoning_content }}\n</think>\n{% endif %}" +
    "{{ m.content }}{% endfor %}{% if add_generation_prompt %}<think>{% endif %}";

  test("ends the thought as the template does, and asks on behind it for what is left of the tokens", () => {
    const { request, reader, closeThought } = choose(
      { thinkingBudget: 2, maxTokens: 10, form: json },
      { chat_template },
    );
    reader.push("one", 1);
    expect(closeThought("one", 1)).toBeNull();
    reader.push(" two", 1);
    const closed = closeThought(" two", 1);
    expect(closed).toMatchObject({
      text: "\n</think>\n",
      request: { prompt: `${request.prompt}one two\n</think>\n`, max_tokens: 8, grammar: { type: "ebnf" } },
    });
    expect(reader.push(closed?.text ?? "", 0)).toEqual([]);
    expect(reader.push("Yes.", 1)).toEqual([{ type: "text", text: "Yes.", logprobs: [] }]);
    expect(closeThought("Yes.", 1)).toBeNull();
  });

  test("leaves a thought alone that ends in time", () => {
    const { reader, closeThought } = choose({ thinkingBudget: 2 }, { chat_template });
    for (const text of ["one</think>", "Yes", " and", " so", " on"]) {
      reader.push(text, 1);
      expect(closeThought(text, 1)).toBeNull();
    }
  });

  test("of nothing lets no thought start", () => {
    const { request } = choose({ thinkingBudget: 0 }, { chat_template });
    expect(request.prompt).toEndWith("<think>\n</think>\n");
  });
});

describe("the prompt of a choice", () => {
  test("is what the template makes of the messages", () => {
    expect(choose({}).request.prompt).toBe("[user] Hi\n[assistant] ");
  });

  test("describes the tools in a system message to a model whose template knows none", () => {
    const { prompt } = choose({ tools: [find] }).request;
    expect(prompt).toStartWith("[system] ");
    expect(prompt).toContain('{"name":"find"');
    expect(prompt).toContain("<tool_call>");
    expect(prompt).toEndWith("[user] Hi\n[assistant] ");
  });

  test("keeps a conversation's own system message before the tools", () => {
    const conversation = { turns: [turn("system", "Be brief."), turn("user", "Hi")], at: "turns" };
    expect(choose({ conversation, tools: [find] }).request.prompt).toMatch(
      /^\[system\] Be brief\.\n[\s\S]*find/,
    );
  });

  test("has earlier calls and results, whichever turn brought them, for a template that knows neither", () => {
    const turns = [
      turn("assistant", [
        { type: "text", text: "Look:", at: "turns[0]" },
        { type: "call", id: "1", name: "find", arguments: '{"x": 12345678901234567890}', at: "turns[0]" },
      ]),
      turn("user", [
        {
          type: "result",
          callId: "1",
          name: null,
          content: [{ type: "text", text: "lost", at: "turns[1]" }],
          at: "turns[1]",
        },
        { type: "text", text: "And now?", at: "turns[1]" },
      ]),
    ];
    const { prompt } = choose({ conversation: { turns, at: "turns" } }).request;
    expect(prompt).toBe(
      '[assistant] Look:\n<tool_call>\n{"name": "find", "arguments": {"x": 12345678901234567890}}\n</tool_call>\n' +
        "[user] <tool_response>\nlost\n</tool_response>\n[user] And now?\n[assistant] ",
    );
  });

  describe("whose template fails with the tools of a request", () => {
    const picky =
      "{% for tool in tools or [] %}{% for value in (tool.function.parameters.properties or {}).values() %}" +
      "{% if value.type is not string %}{{ raise_exception('types are texts') }}{% endif %}{% endfor %}" +
      "{{ tool | tojson }}<tool_call>{% endfor %}" +
      "{% for message in messages %}{% if message.content == 'bad' %}{{ raise_exception('bad') }}{% endif %}" +
      "[{{ message.role }}] {{ message.content }}\n{% endfor %}";
    const either = define("find", { properties: { x: { type: ["string", "null"] } } });
    const prepareForPicky = (extra: Partial<TextRequest>) =>
      prepare(extra, modelOf({ chat_template: picky }, "hermes"));

    test("explains them in our own words, and warns", () => {
      const { warning, choice } = prepareForPicky({ tools: [either] });
      expect(warning).toContain("fails with the tools");
      const { prompt, grammar } = choice(0).request;
      expect(prompt).toContain("To call a tool, answer");
      expect(grammar).not.toBeNull();
      const { reader } = choice(0);
      const parts = reader.push('<tool_call>\n{"name": "find", "arguments": {"x": "a"}}\n</tool_call>', 9);
      expect(parts).toContainEqual({ type: "call_start", call: 0, id: "call_1", name: "find" });
    });

    test("does not where it takes them", () => {
      const { warning, choice } = prepareForPicky({
        tools: [define("find", { properties: { x: { type: "string" } } })],
      });
      expect(warning).toBeNull();
      expect(choice(0).request.prompt).not.toContain("To call a tool");
    });

    test("fails where the messages fail by themselves", () => {
      const conversation = { turns: [turn("user", "bad")], at: "turns" };
      const failed = expect.objectContaining({ code: "chat_template_failed" });
      expect(() => prepareForPicky({ tools: [either], conversation })).toThrow(failed);
      expect(() => prepareForPicky({ conversation })).toThrow(failed);
    });
  });

  test("says nothing of tools that must not be called", () => {
    expect(choose({ tools: [find], toolChoice: never }).request.prompt).not.toContain("find");
  });

  test("refuses more messages than the context has tokens, before it renders them", () => {
    const turns = Array.from({ length: 101 }, () => turn("user", ""));
    expect(() => choose({ conversation: { turns, at: "turns" } }, { context_length: 100 })).toThrow(
      expect.objectContaining({
        code: "context_length_exceeded",
        param: "turns",
        message: expect.stringMatching(/100.*101/),
      }),
    );
  });

  test("refuses a model without a chat template", () => {
    expect(() => choose({}, { chat_template: null })).toThrow(
      expect.objectContaining({ code: "chat_template_failed", message: expect.stringContaining("instruct") }),
    );
  });

  const thinking =
    "{{ messages[0].content }}{% if enable_thinking is defined and not enable_thinking %} quick{% endif %}";
  test.each([
    [null, "Hi"],
    ["high", "Hi"],
    ["none", "Hi quick"],
  ])("the reasoning effort %s reaches the template", (reasoningEffort, prompt) => {
    expect(choose({ reasoningEffort }, { chat_template: thinking }).request.prompt).toBe(prompt);
  });

  const written = "{{ messages[0].content }} {{ reasoning_effort or 'medium' }}";
  const strict =
    "{% if reasoning_effort and reasoning_effort not in ['low', 'medium', 'high'] %}{{ raise_exception('no') }}{% endif %}" +
    written;
  // As tencent/Hy3.
  const twoLevels = strict.replace("'low', 'medium', 'high'", "'no_think', 'low', 'high'");
  const own =
    "{{ messages[0].content }}{% if reasoning_effort == 'none' %} quick{% elif reasoning_effort == 'high' %} long{% endif %}";
  test.each([
    [written, "none", "Hi low"],
    [written, "minimal", "Hi low"],
    [written, "high", "Hi high"],
    [written, "xhigh", "Hi high"],
    [written, null, "Hi medium"],
    [written, "constructor", "Hi constructor"],
    [strict, "none", "Hi low"],
    [twoLevels, "none", "Hi no_think"],
    [twoLevels, "minimal", "Hi low"],
    [twoLevels, "medium", "Hi high"],
    [twoLevels, "max", "Hi high"],
    [twoLevels, null, "Hi medium"],
    [own, "none", "Hi quick"],
    [own, "high", "Hi long"],
  ])("the template %p writes the effort %p as a level that its model knows", (template, effort, prompt) => {
    expect(choose({ reasoningEffort: effort }, { chat_template: template }).request.prompt).toBe(prompt);
  });

  test("the request's own template variables have the last word", () => {
    const request = { reasoningEffort: "high", templateVariables: { enable_thinking: false } };
    expect(choose(request, { chat_template: thinking }).request.prompt).toBe("Hi quick");
  });
});

describe("what an answer is held to", () => {
  const types: [string, Partial<TextRequest>, string | undefined][] = [
    ["free text: nothing", {}, undefined],
    ["tools that may be called: from the start of a call on", { tools: [find] }, "triggered_tags"],
    ["a call that must be made", { tools: [find], toolChoice: must({ parallel: false }) }, "tag"],
    ["tools or a form: one or the other", { tools: [find], form: json }, "union"],
    ["no tools to be called: the form alone", { tools: [find], toolChoice: never, form: json }, "ebnf"],
  ];
  for (const [name, request, type] of types) {
    test(name, () => expect(choose(request).request.grammar?.type as string | undefined).toBe(type));
  }

  test("reasoning comes first, where the model writes it", () => {
    const thinks = `${plainFacts.chat_template}<think>\n`;
    const { grammar } = choose({ form: json }, { chat_template: thinks }).request;
    expect(grammar).toMatchObject({
      type: "concat",
      elements: [{ type: "tag", begin: "", end: "</think>" }, { type: "regex" }, { type: "ebnf" }],
    });
  });

  test("ignore_eos gives way to a grammar, which decides itself where the answer ends", () => {
    expect(choose({ ignoreEos: true }).request.ignore_eos).toBeTrue();
    expect(choose({ ignoreEos: true, form: json }).request.ignore_eos).toBeFalse();
  });

  const weak = { engine: "weak", capabilities: [] };
  test.each([
    ["choice", { tools: [find], toolChoice: must() }],
    ["form", { form: json }],
    ["logprobs", { logprobs: { at: "logprobs" } }],
  ])("an engine that cannot do it refuses %s, naming the one that can", (param, request) => {
    expect(() => choose(request, weak)).toThrow(
      expect.objectContaining({
        code: "unsupported_parameter",
        param,
        message: expect.stringMatching(/"weak".*"batching"/),
      }),
    );
  });

  test("an engine without grammars still lets tools be called", () => {
    expect(choose({ tools: [find] }, weak).request.grammar).toBeNull();
  });
});
