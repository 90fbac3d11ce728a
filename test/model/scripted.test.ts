import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ChatCompletion, ChatCompletionChunk } from "../../src/api/openai/chat/response.ts";
import { type ScriptedCase, type ScriptedServer, startScriptedServer } from "../helpers/scripted-server.ts";

setDefaultTimeout(180_000);
let scripted: ScriptedServer;
beforeAll(async () => {
  scripted = await startScriptedServer();
});
afterAll(() => scripted.stop());

const tool = {
  type: "function",
  function: {
    name: "get_weather",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
};
const messages = [{ role: "user", content: "Weather in Paris?" }];
const withTools = { messages, tools: [tool], max_tokens: 300 };
const start = "{% for message in messages %}{{ message.role }}: {{ message.content }}\n{% endfor %}";
const listed = "{% if tools %}{{ tools | tojson }}\n{% endif %}";

/** A template that shows a family's form, and opens a thought where it is told to. */
const toTemplate = (form: string, opening = "") =>
  `{# ${form} #}${listed}${start}{% if add_generation_prompt %}assistant: ${opening}{% endif %}`;
const hermesForm = '<tool_call>{"name": x, "arguments": y}</tool_call> <think></think>';

interface Said {
  content: string | null;
  reasoning: string | null;
  calls: [name: string, args: unknown][];
  finish: string;
}

function toSaid({ choices: [choice] }: ChatCompletion): Said {
  const { message, finish_reason } = choice ?? {};
  return {
    content: message?.content ?? null,
    reasoning: message?.reasoning_content ?? null,
    calls: (message?.tool_calls ?? []).map(({ function: { name, arguments: text } }) => [
      name,
      JSON.parse(text),
    ]),
    finish: String(finish_reason),
  };
}

/** What the chunks of a stream say together, in the words of a whole answer. */
function joinChunks(chunks: readonly ChatCompletionChunk[]): Said {
  const calls: { name: string; text: string }[] = [];
  let [content, reasoning, finish] = ["", "", ""];
  for (const { delta, finish_reason } of chunks.flatMap(({ choices }) => choices)) {
    content += delta.content ?? "";
    reasoning += delta.reasoning_content ?? "";
    finish = finish_reason ?? finish;
    for (const { index, function: piece } of delta.tool_calls ?? []) {
      calls[index] ??= { name: piece.name ?? "", text: "" };
      calls[index].text += piece.arguments ?? "";
    }
  }
  return {
    content: content || null,
    reasoning: reasoning || null,
    calls: calls.map(({ name, text }) => [name, JSON.parse(text)]),
    finish,
  };
}

/** What the model says to each of these; whole and streamed it is the same. */
async function answers(cases: readonly ScriptedCase[], template?: string): Promise<Said[]> {
  const requests = await scripted.script(cases, template);
  return Promise.all(
    requests.map(async (request) => {
      const whole = toSaid(await scripted.ask(request));
      expect(joinChunks(await scripted.stream(request))).toEqual(whole);
      return whole;
    }),
  );
}

const called: Pick<Said, "calls" | "finish"> = {
  calls: [["get_weather", { city: "Paris" }]],
  finish: "tool_calls",
};
const call = '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Paris"}}\n</tool_call>';

describe("a call and a thought", () => {
  const cases: [name: string, answer: string, said: Partial<Said>][] = [
    [
      "a call in an open thought ends it",
      `<think>\nI look.\n${call}`,
      { reasoning: "I look.", content: null, ...called },
    ],
    [
      "its closing tag may come late",
      `<think>\nI look.\n${call}\n</think>\n\nDone.`,
      { reasoning: "I look.", content: "Done.", ...called },
    ],
    [
      "a thought that names the marker is no call",
      "<think>\nThe form is <tool_call> tags, fine.\n</think>\n\nNo.",
      { reasoning: "The form is <tool_call> tags, fine.", content: "No.", calls: [], finish: "stop" },
    ],
    [
      "prose that names the marker is no call",
      "The form is <tool_call> tags, fine.",
      { content: "The form is <tool_call> tags, fine.", calls: [], finish: "stop" },
    ],
    [
      "a call behind a thought",
      `<think>\nHm.\n</think>\n\n${call}`,
      { reasoning: "Hm.", content: null, ...called },
    ],
  ];
  test("come out as they were meant, streamed and whole", async () => {
    const requests = cases.map(([, answer]) => ({ request: withTools, answer }));
    const said = await answers(requests, toTemplate(hermesForm));
    for (const [index, [name, , expected]] of cases.entries())
      expect(said[index], name).toMatchObject(expected);
  });

  test("a thought that the prompt opened", async () => {
    const [said] = await answers(
      [{ request: withTools, answer: `I look.\n${call}` }],
      toTemplate(hermesForm, "<think>\n"),
    );
    expect(said).toMatchObject({ reasoning: "I look.", content: null, ...called });
  });
});

/** A family's form as its template shows it, and a call as it writes it. */
const families: [name: string, form: string, call: string][] = [
  [
    "qwen3-coder",
    "<tool_call> <function= <parameter=",
    "<tool_call>\n<function=get_weather>\n<parameter=city>\nParis\n</parameter>\n</function>\n</tool_call>",
  ],
  ["mistral", "[TOOL_CALLS]", '[TOOL_CALLS]get_weather[ARGS]{"city": "Paris"}'],
  [
    "deepseek",
    "<｜tool▁call▁begin｜>",
    '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>get_weather<｜tool▁sep｜>{"city": "Paris"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
  ],
  ["gemma", "<|tool_call>call:", '<|tool_call>call:get_weather{city:<|"|>Paris<|"|>}<tool_call|>'],
  [
    "glm",
    "<tool_call> <arg_key> <arg_value>",
    "<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>Paris</arg_value>\n</tool_call>",
  ],
  [
    "kimi",
    "<|tool_call_begin|> <|tool_call_argument_begin|>",
    '<|tool_calls_section_begin|><|tool_call_begin|>functions.get_weather:0<|tool_call_argument_begin|>{"city": "Paris"}<|tool_call_end|><|tool_calls_section_end|>',
  ],
  ["lfm2", "<|tool_call_start|>", '<|tool_call_start|>[get_weather(city="Paris")]<|tool_call_end|>'],
  [
    "minicpm5",
    '<function name=" <param name="',
    '<function name="get_weather"><param name="city">Paris</param></function>',
  ],
];

describe("a family", () => {
  for (const [name, form, written] of families) {
    test(`${name}: its calls before, within and behind a thought, and none`, async () => {
      const texts = [
        `I look.\n${written}`,
        `<think>Hm.\n${written}`,
        `<think>Hm.</think>\n${written}`,
        "<think>Hm.</think>It is sunny.",
      ];
      const said = await answers(
        texts.map((answer) => ({ request: withTools, answer })),
        toTemplate(`${form} <think></think>`),
      );
      expect(said).toEqual([
        { content: "I look.", reasoning: null, ...called },
        { content: null, reasoning: "Hm.", ...called },
        { content: null, reasoning: "Hm.", ...called },
        { content: "It is sunny.", reasoning: "Hm.", calls: [], finish: "stop" },
      ]);
    });
  }

  test("minicpm5: a text in a block may hold the closing tag of a param", async () => {
    const city = '/// <param name="x">X.</param>\n/// </function> y';
    const written = `<function name="get_weather"><param name="city"><![CDATA[${city}]]></param></function>`;
    const said = await answers(
      [{ request: withTools, answer: written }],
      toTemplate('<function name=" <param name="'),
    );
    expect(said).toMatchObject([{ calls: [["get_weather", { city }]], finish: "tool_calls" }]);
  });

  test("onyx: its calls before, within and behind a thought, and none", async () => {
    const written =
      '<atem:function_calls>\n<atem:invoke name="get_weather">\n<atem:parameter name="city">Paris</atem:parameter>\n</atem:invoke>\n</atem:function_calls>';
    const said = await answers(
      [
        ` to=user<|message|>I look.\n${written}<|eot|>`,
        ` to=self<|message|>Hm.${written}<|eom|>`,
        ` to=self<|message|>Hm.<|eom|><|start|>assistant to=get_weather<|message|>${written}<|eot|>`,
        " to=self<|message|>Hm.<|eom|><|start|>assistant to=user<|message|>It is sunny.<|eot|>",
      ].map((answer) => ({ request: withTools, answer })),
      toTemplate("<atem:function_calls> <|message|>"),
    );
    expect(said).toEqual([
      { content: "I look.", reasoning: null, ...called },
      { content: null, reasoning: "Hm.", ...called },
      { content: null, reasoning: "Hm.", ...called },
      { content: "It is sunny.", reasoning: "Hm.", calls: [], finish: "stop" },
    ]);
  });

  test("gpt-oss: a call in the channel of reasoning is one, and no marker is shown", async () => {
    const thought = "<|channel|>analysis<|message|>I look.";
    const args = '<|constrain|>json<|message|>{"city": "Paris"}<|call|>';
    const said = await answers(
      [
        `${thought}<|end|><|start|>assistant<|channel|>commentary to=functions.get_weather ${args}`,
        `${thought} to=functions.get_weather ${args}`,
        `${thought}<|message|>More.<|end|><|start|>assistant<|channel|>final<|message|>It <|constrain|>is.`,
      ].map((answer) => ({ request: withTools, answer })),
      toTemplate("<|channel|> <|message|>"),
    );
    expect(said).toEqual([
      { content: null, reasoning: "I look.", ...called },
      { content: null, reasoning: "I look. ", ...called },
      { content: "It is.", reasoning: "I look.More.", calls: [], finish: "stop" },
    ]);
  });
});

const decode = (bytes: readonly number[]) => new TextDecoder().decode(Uint8Array.from(bytes));

test("log probabilities: the bytes joined are the content, also of parts of characters, and of nothing else", async () => {
  const request = { messages, logprobs: true, max_tokens: 300 };
  const [plain, thinking, stopped] = await scripted.script(
    [
      { request, answer: "Zürich 🙂 日本語 🧑‍🚀 x" },
      { request, answer: "<think>\nÖ 🙂\n</think>\n\nZürich 🧑‍🚀" },
      { request: { ...request, stop: ["STOP"] }, answer: "Zürich 🧑‍🚀 abSTOP 🙂" },
    ],
    toTemplate(hermesForm),
  );
  for (const [asked, content] of [
    [plain, "Zürich 🙂 日本語 🧑‍🚀 x"],
    [thinking, "Zürich 🧑‍🚀"],
    [stopped, "Zürich 🧑‍🚀 ab"],
  ] as const) {
    const [choice] = (await scripted.ask(asked ?? {})).choices;
    const tokens = choice?.logprobs?.content ?? [];
    expect(choice?.message.content).toBe(content);
    expect(decode(tokens.flatMap(({ bytes }) => bytes ?? []))).toBe(content);
    expect(tokens.every(({ token, bytes }) => token !== "" && (bytes ?? []).length > 0)).toBeTrue();
  }
});

const numbers = "one two three four five six seven eight nine ten".split(" ");

describe("a thought's budget", () => {
  const thought = `<think>\n${[...numbers, ...numbers, ...numbers].join(" ")} end.`;
  const budgets = [{ reasoning: { max_tokens: 8 } }, { thinking_budget_tokens: 8 }];
  test("closes the thought and lets the answer go on, whole and in one stream with one usage", async () => {
    const requests = await scripted.script(
      budgets.map((budget) => ({ request: { messages, max_tokens: 60, ...budget }, answer: thought })),
      toTemplate(hermesForm),
    );
    for (const request of requests) {
      const answer = await scripted.ask(request);
      const chunks = await scripted.stream({ ...request, stream_options: { include_usage: true } });
      const usages = chunks.flatMap(({ usage }) => usage ?? []);
      expect(usages).toHaveLength(1);
      for (const [said, usage] of [
        [toSaid(answer), answer.usage],
        [joinChunks(chunks), usages[0]],
      ] as const) {
        expect(said.reasoning?.split(" ").length).toBeWithin(5, 10);
        expect(said.reasoning).toStartWith("one two three");
        expect(said.content).toEndWith("ten end.");
        expect(said.content).not.toContain("think>");
        const words = `${said.reasoning} ${said.content}`.split(" ").length;
        expect(usage?.completion_tokens).toBeWithin(words, words + 8);
        expect(usage?.completion_tokens_details?.reasoning_tokens).toBeWithin(5, 10);
      }
    }
  });
});

describe("an assistant's last message", () => {
  const begun = [...messages, { role: "assistant", content: "It is sunny in" }];
  test("is continued, with tools and with a form, unless the request says otherwise", async () => {
    const schema = { type: "object", properties: { a: { type: "integer" } }, required: ["a"] };
    const format = { type: "json_schema", json_schema: { name: "x", schema } };
    const said = await answers(
      [
        { request: { messages: begun }, answer: " Paris." },
        { request: { ...withTools, messages: begun }, answer: ` Paris.\n${call}` },
        { request: { messages: begun, response_format: format }, answer: '{"a": 1}' },
      ],
      toTemplate(hermesForm, "<think>\n"),
    );
    expect(said).toMatchObject([
      { content: " Paris.", reasoning: null },
      { content: " Paris.", ...called },
      { content: '{"a": 1}' },
    ]);
  });
});

describe("an answer ends at each token that the model's files name as an end", () => {
  const ends = { "<|endoftext|>": 0, "<|im_end|>": 2, "<repo_name>": 3 };
  const cases = Object.keys(ends).map(
    (end): ScriptedCase => ({ request: { messages, max_tokens: 60 }, answer: `It ends${end} no further` }),
  );
  const writeEnds = (folder: string, file: string, ids: unknown) => {
    const path = join(folder, file);
    const { eos_token_id: _, ...content } = JSON.parse(readFileSync(path, "utf8"));
    writeFileSync(path, JSON.stringify(ids === undefined ? content : { ...content, eos_token_id: ids }));
  };

  test.each<[string, unknown, unknown]>([
    ["generation_config.json has a list", Object.values(ends), 2],
    ["only config.json has a list", undefined, Object.values(ends)],
    ["both have one, and each names others", [0, 3], [2]],
  ])("%s", async (_, generation, config) => {
    const requests = await scripted.script(cases, undefined, (folder) => {
      writeEnds(folder, "generation_config.json", generation);
      writeEnds(folder, "config.json", config);
    });
    for (const request of requests) {
      const answer = await scripted.ask(request);
      expect(toSaid(answer)).toMatchObject({ content: "It ends", finish: "stop" });
      expect(joinChunks(await scripted.stream(request))).toEqual(toSaid(answer));
    }
  });
});
