import { describe } from "bun:test";
import { onyx } from "../../../src/generate/tools/onyx.ts";
import { type Case, testParser } from "./parsing.ts";
import { taggedCases, taggedTools, type WriteCall } from "./tagged-cases.ts";

const invoke: WriteCall = (args, name = "f") => {
  const parameters = args.map(([key, raw]) => `<atem:parameter name="${key}">${raw}</atem:parameter>\n`);
  return `<atem:invoke name="${name}">\n${parameters.join("")}</atem:invoke>`;
};
const whole: WriteCall = (args, name) =>
  `<atem:function_calls>\n${invoke(args, name)}\n</atem:function_calls>`;

const call = whole([["text", "x"]]);
const x = ["f", '{"text": "x"}'] as const;
const thought = { reasoning: "I look." };
const thinking = " to=self<|message|>I look.<|eom|>";
const answer = "<|start|>assistant to=user<|message|>";

const messages: Case[] = [
  ["an answer", " to=user<|message|>Hello <b>you</b>.<|eot|>", ["Hello <b>you</b>."]],
  ["an answer without its last token", `${thinking}${answer}Hello.\n`, [thought, "Hello.\n"]],
  ["reasoning and an answer", `${thinking}${answer}Hello.<|eot|>`, [thought, "Hello."]],
  ["reasoning alone", thinking, [thought]],
  ["reasoning that is cut off", " to=self<|message|>I lo", [{ reasoning: "I lo" }]],
  [
    "two thoughts",
    `${thinking}<|start|>assistant to=self<|message|> More.<|eom|>${answer}a`,
    [{ reasoning: "I look. More." }, "a"],
  ],
  ["an answer in two messages", `${answer}a<|eom|>${answer}b<|eot|>`, ["ab"]],
  ["a message whose end is missing", ` to=self<|message|>I look.${answer}b`, [thought, "b"]],
  ["text without messages", "Hello <b>there</b>, a | b <| c", ["Hello <b>there</b>, a | b <| c"]],
  ["a header without a recipient", "<|start|>assistant<|message|>a", ["a"]],
  ["a recipient that there is not", " to=nobody<|message|>a<|eot|>", ["a"]],
  ["cut off in the recipient", " to=us", []],
  ["cut off in a later header", `${thinking}<|start|>assistant to=u`, [thought]],
  ["cut off in the message's marker", `${thinking}<|start|>assistant to=user<|mess`, [thought]],
  ["cut off in the end's marker", `${answer}a<|eo`, ["a<|eo"]],
  [
    "a header without an end",
    `${answer}<|start|>${"so it goes ".repeat(30)}`,
    [`<|start|>${"so it goes ".repeat(30)}`],
  ],
];

const calls: Case[] = [
  ["a call", ` to=f<|message|>${call}<|eot|>`, [[...x]]],
  [
    "a call behind a thought",
    `${thinking}<|start|>assistant to=f<|message|>${call}<|eot|>`,
    [thought, [...x]],
  ],
  ["a call within a thought", ` to=self<|message|>I look.${call}<|eom|>`, [thought, [...x]]],
  ["a call within an answer", `${answer}Wait.\n${call}<|eot|>`, ["Wait.", [...x]]],
  [
    "two calls, each a message",
    ` to=f<|message|>${call}<|eom|><|start|>assistant to=g<|message|>${whole([], "g")}<|eot|>`,
    [[...x], ["g", "{}"]],
  ],
  [
    "two calls in one message",
    ` to=f<|message|><atem:function_calls>\n${invoke([["text", "x"]])}</atem:function_calls>${call}`,
    [[...x], [...x]],
  ],
  ["a header that names another tool", ` to=g<|message|>${call}<|eot|>`, [[...x]]],
  ["a call without the outer tags", ` to=f<|message|>${invoke([["text", "x"]])}<|eot|>`, [[...x]]],
  ["a call without its end", ' to=f<|message|><atem:invoke name="f"><|eot|>', [["f", "{}"]]],
  [
    "a text with line breaks and spaces around it",
    whole([["text", ' a\n"b" ']]),
    [["f", '{"text": " a\\n\\"b\\" "}']],
  ],
  [
    "a closing tag within a text",
    whole([["text", "a</atem:parameter>b"]]),
    [["f", '{"text": "a</atem:parameter>b"}']],
  ],
  [
    "a call that ends within a text",
    whole([["text", "a</atem:invoke>b"]]),
    [["f", '{"text": "a</atem:invoke>b"}']],
  ],
  ["a large number", whole([["count", "2512292042121000001"]]), [["f", '{"count": 2512292042121000001}']]],
  ["cut off in the name", ' to=f<|message|><atem:invoke name="f', ['<atem:invoke name="f']],
  [
    "cut off in a text",
    ' to=f<|message|><atem:invoke name="f"><atem:parameter name="text">ab',
    [["f", '{"text": "ab']],
  ],
  ["an unknown tool", ` to=nope<|message|>${whole([], "nope")}<|eot|>`, [whole([], "nope")]],
];

describe("Onyx' messages", () => testParser(onyx, taggedTools, messages));

describe("Onyx' calls", () => testParser(onyx, taggedTools, calls));

describe("Onyx' values", () =>
  testParser(onyx, taggedTools, taggedCases(whole, { marker: "<atem:function_calls>" })));
