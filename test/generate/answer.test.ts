import { describe, expect, test } from "bun:test";
import { createAnswerReader } from "../../src/generate/answer.ts";
import type { ContentEvent } from "../../src/generate/parts.ts";
import { createReasoningSplitter } from "../../src/generate/reasoning.ts";
import { harmony } from "../../src/generate/tools/harmony.ts";
import { hermes } from "../../src/generate/tools/hermes.ts";
import { tool } from "./tools/parsing.ts";

const tools = [tool("find")];
const call = '<tool_call>\n{"name": "find", "arguments": {"what": "a \\"lamp\\""}}\n</tool_call>';
const found = { name: "find", arguments: '{"what": "a \\"lamp\\""}' };

interface Form {
  thinks?: boolean;
  withTools?: boolean;
  stops?: string[];
}

function createReader({ thinks = false, withTools = false, stops = [] }: Form) {
  let calls = 0;
  return createAnswerReader({
    reasoning: thinks
      ? createReasoningSplitter({ open: "<think>", close: "</think>", startsOpen: false })
      : null,
    calls: withTools ? hermes.createParser(tools) : null,
    stops,
    newCallId: () => `call_${calls++}`,
  });
}

function read(pieces: string[], form: Form) {
  const reader = createReader(form);
  const parts: ContentEvent[] = [];
  for (const piece of pieces) if (!reader.stopped) parts.push(...reader.push(piece, 1));
  if (!reader.stopped) parts.push(...reader.end());
  return { parts, said: merge(parts), reader, ...reader.finish("stop") };
}

/** Neighbours of one kind in one: text as it is, reasoning and calls with their kind. */
function merge(parts: ContentEvent[]): unknown[] {
  const merged: { type: string; text: string; call?: string }[] = [];
  for (const part of parts) {
    const last = merged.at(-1);
    if (part.type === "call_start") merged.push({ type: "call", text: "", call: `${part.id} ${part.name}` });
    else if (part.type === "call_end") merged.push({ type: "end", text: String(part.call) });
    else {
      const type = part.type === "call_arguments" ? "call" : part.type;
      if (last?.type === type) last.text += part.text;
      else merged.push({ type, text: part.text });
    }
  }
  return merged.map(({ type, text, call }) => {
    if (type === "text") return text;
    return call === undefined ? { [type]: text } : { [call]: text };
  });
}

const callOf = (index: number) => [{ [`call_${index} find`]: found.arguments }, { end: String(index) }];

const cases: [name: string, text: string, Form, unknown[], reason: string, stop?: string][] = [
  ["plain text", "Hello there.", {}, ["Hello there."], "stop"],
  ["nothing", "", {}, [], "stop"],
  ["a call that no tools allow is text", call, {}, [call], "stop"],
  ["a call", call, { withTools: true }, callOf(0), "calls"],
  [
    "text before two calls",
    `I look.\n${call}\n${call}`,
    { withTools: true },
    ["I look.", ...callOf(0), ...callOf(1)],
    "calls",
  ],
  ["text after a call", `${call}\nDone.`, { withTools: true }, [...callOf(0), "Done."], "calls"],
  [
    "reasoning, then text",
    "<think>\nHm.\n</think>\n\nYes.",
    { thinks: true },
    [{ reasoning: "Hm." }, "Yes."],
    "stop",
  ],
  [
    "a call within an open thought ends it",
    `<think>\nHm.\n\n${call}`,
    { thinks: true, withTools: true },
    [{ reasoning: "Hm." }, ...callOf(0)],
    "calls",
  ],
  [
    "a closing tag behind such a call is dropped",
    `<think>Hm.\n${call}\n</think>\n\nDone.`,
    { thinks: true, withTools: true },
    [{ reasoning: "Hm." }, ...callOf(0), "Done."],
    "calls",
  ],
  [
    "a call is the first word of a thought",
    `<think>\n${call}\n${call}`,
    { thinks: true, withTools: true },
    [...callOf(0), ...callOf(1)],
    "calls",
  ],
  [
    "a closing tag within such a call's arguments is the arguments' own",
    `<think>Hm.\n${call.replace("lamp", "</think>")}`,
    { thinks: true, withTools: true },
    [{ reasoning: "Hm." }, { "call_0 find": found.arguments.replace("lamp", "</think>") }, { end: "0" }],
    "calls",
  ],
  [
    "a thought and an answer that name the marker are no calls",
    "<think>They use <tool_call> tags.</think>The form is <tool_call> tags, fine.",
    { thinks: true, withTools: true },
    [{ reasoning: "They use <tool_call> tags." }, "The form is <tool_call> tags, fine."],
    "stop",
  ],
  [
    "reasoning, then a call",
    `<think>Hm <tool_call> no</think>\n${call}`,
    { thinks: true, withTools: true },
    [{ reasoning: "Hm <tool_call> no" }, ...callOf(0)],
    "calls",
  ],
  ["a stop string in the content", "one two three", { stops: ["two"] }, ["one "], "stop", "two"],
  [
    "a stop string within a call's arguments does not cut them",
    call,
    { withTools: true, stops: ["lamp"] },
    callOf(0),
    "calls",
  ],
  [
    "text that could have started a stop string comes before the call that it stands before",
    `I STO${call}`,
    { withTools: true, stops: ["STOP"] },
    ["I STO", ...callOf(0)],
    "calls",
  ],
  [
    "a stop string after a call",
    `${call} STOP`,
    { withTools: true, stops: ["STOP"] },
    callOf(0),
    "calls",
    "STOP",
  ],
  [
    "a stop string in the reasoning does not end the answer",
    "<think>stop</think>go",
    { thinks: true, stops: ["stop"] },
    [{ reasoning: "stop" }, "go"],
    "stop",
  ],
];

describe("an answer read from a model's text", () => {
  for (const [name, text, form, said, reason, stop = null] of cases) {
    test(`${name}: whole and by characters`, () => {
      for (const pieces of [[text], [...text]]) {
        const answer = read(pieces, form);
        expect(answer.said).toEqual(said);
        expect<unknown>({ reason: answer.reason, stop: answer.stop }).toEqual({ reason, stop });
      }
    });
  }

  test("streams a call: its start with id and name, its arguments as they come, its end", () => {
    const { parts } = read([...call], { withTools: true });
    expect(parts[0]).toEqual({ type: "call_start", call: 0, id: "call_0", name: "find" });
    expect(parts.at(-1)).toEqual({ type: "call_end", call: 0 });
    expect(parts.length).toBeGreaterThan(5);
    for (const part of parts.slice(1, -1)) {
      expect(part).toEqual({ type: "call_arguments", call: 0, text: expect.any(String) });
    }
  });

  test("ends after sixteen calls, the last one whole", () => {
    const { parts, said, reader } = read([...Array.from({ length: 20 }, () => `${call}\n`)], {
      withTools: true,
    });
    expect(parts.filter(({ type }) => type === "call_start")).toHaveLength(16);
    expect(said.slice(-2)).toEqual(callOf(15));
    expect(reader.stopped).toBeTrue();
    expect(reader.finish("stop")).toEqual({ reason: "calls", stop: null });
  });

  test("counts the tokens that were reasoning", () => {
    const { reader } = read(["<think>", "one", " two", "</think>", "three"], { thinks: true });
    expect(reader.reasoningTokens).toBe(2);
  });

  test("an answer that is cut reports it, also within a call, which then ends", () => {
    const { reader, parts } = read([call.slice(0, 60)], { withTools: true });
    expect(reader.finish("length")).toEqual({ reason: "length", stop: null });
    expect(parts[1]).toMatchObject({ type: "call_arguments", text: expect.stringMatching(/^\{"what"/) });
    expect(parts.at(-1)).toEqual({ type: "call_end", call: 0 });
  });

  test("channels of reasoning and calls come in the order in which the model wrote them", () => {
    const reader = createAnswerReader({
      reasoning: null,
      calls: harmony.createParser(tools),
      stops: [],
      newCallId: () => "call_x",
    });
    const text =
      "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>commentary to=functions.find " +
      '<|constrain|>json<|message|>{"what":"it"}<|call|>';
    expect(merge([...reader.push(text, 9), ...reader.end()])).toEqual([
      { reasoning: "Hm." },
      { "call_x find": '{"what":"it"}' },
      { end: "0" },
    ]);
  });
});

describe("markers", () => {
  const reader = () =>
    createAnswerReader({
      reasoning: createReasoningSplitter({ open: "<think>", close: "</think>", startsOpen: false }),
      calls: null,
      markers: ["<|a|>", "<|ab|>"],
      stops: ["STOP"],
      newCallId: () => "",
    });

  const texts: [text: string, said: unknown[]][] = [
    ["x<|a|>y<|ab|>", ["xy"]],
    ["<think>x<|a|>y</think><|ab|>z", [{ reasoning: "xy" }, "z"]],
    ["<think>x<|a</think>z<|a", [{ reasoning: "x<|a" }, "z<|a"]],
    ["x<|a|>STOP<|a|>", ["x"]],
    ["xST<|a|>OPy", ["x"]],
  ];
  for (const [text, said] of texts) {
    test(`are taken out of ${text}: whole and split at every character`, () => {
      for (const pieces of [[text], [...text]]) {
        const one = reader();
        const parts = pieces.flatMap((piece) => (one.stopped ? [] : one.push(piece, 1)));
        expect(merge([...parts, ...(one.stopped ? [] : one.end())])).toEqual(said);
      }
    });
  }
});

describe("log probabilities", () => {
  const token = (token: string) => ({ token, logprob: -1 });
  const utf8 = new TextEncoder();
  const textsOf = (parts: ContentEvent[]) =>
    parts.flatMap((part) =>
      part.type === "text" ? [[part.text, part.logprobs.map(({ token }) => token).join("|")]] : [],
    );

  test("come with the text that their tokens became, also where it was held back", () => {
    const reader = createReader({ stops: ["STOP"] });
    expect(textsOf(reader.push("a", 1, [token("a")]))).toEqual([["a", "a"]]);
    expect(reader.push("ST", 1, [token("ST")])).toEqual([]);
    expect(textsOf(reader.push("ART", 1, [token("ART")]))).toEqual([["START", "ST|ART"]]);
    reader.push("S", 1, [token("S")]);
    expect(textsOf(reader.end())).toEqual([["S", "S"]]);
  });

  test("of reasoning and calls are left out", () => {
    const reader = createReader({ thinks: true, withTools: true });
    const parts = ["<think>", "Hm.", "</think>", "Yes.", call, "\nDone."].flatMap((piece) =>
      reader.push(piece, 1, [token(piece)]),
    );
    expect(textsOf([...parts, ...reader.end()]).map(([text]) => text)).toEqual(["Yes.", "Done."]);
    expect(textsOf(parts).flatMap(([, tokens]) => tokens)).not.toContain("Hm.");
  });

  /** The text in tokens of so many bytes; each comes with the characters that it completes. */
  function* tokensOf(text: string, size: number) {
    const bytes = utf8.encode(text);
    const decoder = new TextDecoder();
    for (let at = 0; at < bytes.length; at += size) {
      const own = bytes.slice(at, at + size);
      yield { text: decoder.decode(own, { stream: true }), bytes: [...own] };
    }
  }

  const answers: [name: string, text: string, Form, content: string][] = [
    ["of characters of several tokens", "Hi 🙂🙃 é日x", {}, "Hi 🙂🙃 é日x"],
    ["behind a thought", "<think>\né🙂\n</think>\n\n🙂 é.", { thinks: true }, "🙂 é."],
    ["up to a stop string", "a🙂bSTOPé", { stops: ["STOP"] }, "a🙂b"],
    ["around a call", `🙂\n${call}\né`, { withTools: true }, "🙂é"],
    [
      "behind a thought that says the same as the answer",
      "<think>a🙂b</think>a🙂b",
      { thinks: true, withTools: true },
      "a🙂b",
    ],
  ];
  for (const [name, text, form, content] of answers) {
    for (const size of [1, 2, 3, 5, 7, 1000]) {
      test(`${name}, ${size} bytes a token: the bytes joined are the content, piece by piece`, () => {
        const reader = createReader(form);
        const parts = [...tokensOf(text, size)].flatMap(({ text, bytes }, at) =>
          reader.stopped ? [] : reader.push(text, 1, [{ token: "", logprob: -at, bytes }]),
        );
        if (!reader.stopped) parts.push(...reader.end());
        const texts = parts.filter((part) => part.type === "text");
        for (const part of texts) {
          const bytes = part.logprobs.flatMap(({ bytes }) => bytes ?? []);
          if (size === 1 || size === 1000)
            expect(new TextDecoder().decode(Uint8Array.from(bytes))).toBe(part.text);
        }
        const all = texts.flatMap(({ logprobs }) => logprobs);
        expect(all.every(({ token, bytes }) => token !== "" && bytes && bytes.length > 0)).toBeTrue();
        expect(new TextDecoder().decode(Uint8Array.from(all.flatMap(({ bytes }) => bytes ?? [])))).toBe(
          content,
        );
      });
    }
  }

  test("of a part of a character are spelled by their bytes", () => {
    const reader = createReader({});
    reader.push("", 1, [{ token: "", logprob: -1, bytes: [0xf0, 0x9f] }]);
    const [part] = reader.push("🙂", 1, [{ token: "", logprob: -2, bytes: [0x99, 0x82] }]);
    expect(part).toEqual({
      type: "text",
      text: "🙂",
      logprobs: [
        { token: "\\xf0\\x9f", logprob: -1, bytes: [0xf0, 0x9f] },
        { token: "\\x99\\x82", logprob: -2, bytes: [0x99, 0x82] },
      ],
    });
  });
});
