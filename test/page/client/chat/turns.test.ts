import { describe, expect, test } from "bun:test";
import { runDemoTool } from "../../../../src/page/client/chat/demo-tool.ts";
import { addChunk } from "../../../../src/page/client/chat/read-chunk.ts";
import { type AssistantTurn, emptyRound, toMessages } from "../../../../src/page/client/chat/turns.ts";

const writing: AssistantTurn = {
  role: "assistant",
  rounds: [emptyRound],
  state: "writing",
  note: null,
  figures: null,
};
const delta = (delta: object, finish_reason: string | null = null) => ({
  choices: [{ delta, finish_reason }],
});

describe("an answer's chunks", () => {
  test("add up to its thought, its text and its calls", () => {
    const chunks = [
      delta({ reasoning_content: "Let me " }),
      delta({ reasoning_content: "see." }),
      delta({ content: "It is" }),
      delta({ tool_calls: [{ index: 0, id: "c1", function: { name: "get_time", arguments: "" } }] }),
      delta({ tool_calls: [{ index: 0, function: { arguments: '{"time_zone":' } }] }),
      delta({ tool_calls: [{ index: 0, function: { arguments: '"UTC"}' } }] }),
      delta({ tool_calls: [{ index: 1, id: "c2", function: { name: "get_time", arguments: "{}" } }] }),
      delta({}, "tool_calls"),
      {
        choices: [],
        usage: { prompt_tokens: 3, completion_tokens: 9 },
        timings: { prompt_ms: 4, predicted_per_second: 50 },
      },
    ];
    expect(chunks.reduce(addChunk, writing)).toMatchObject({
      rounds: [
        {
          reasoning: "Let me see.",
          text: "It is",
          calls: [
            { id: "c1", name: "get_time", arguments: '{"time_zone":"UTC"}' },
            { id: "c2", name: "get_time", arguments: "{}" },
          ],
        },
      ],
      note: null,
      figures: { promptTokens: 3, newTokens: 9, tokensPerSecond: 50, promptMs: 4 },
    });
  });

  test("report an answer that was cut", () =>
    expect(addChunk(writing, delta({ content: "a" }, "length")).note).toContain("token limit"));
});

describe("a conversation's messages", () => {
  test("have the calls and their results, and no thought", () => {
    const call = { id: "c1", name: "get_time", arguments: "{}", result: "noon" };
    const rounds = [
      { reasoning: "hm", text: "", calls: [call] },
      { ...emptyRound, text: "It is noon." },
    ];
    const turns = [
      { role: "user" as const, text: "When?", pictures: [] },
      { ...writing, rounds },
    ];
    expect(toMessages(" Be brief. ", turns)).toEqual([
      { role: "system", content: " Be brief. " },
      { role: "user", content: "When?" },
      {
        role: "assistant",
        content: null,
        tool_calls: [{ id: "c1", type: "function", function: { name: "get_time", arguments: "{}" } }],
      },
      { role: "tool", tool_call_id: "c1", content: "noon" },
      { role: "assistant", content: "It is noon." },
    ]);
  });

  test("have pictures before the question", () => {
    const pictures = [{ name: "a.png", file: new Blob(), url: "data:image/png;base64,AA==" }];
    expect(toMessages("", [{ role: "user", text: "What is it?", pictures }])).toEqual([
      {
        role: "user",
        content: [
          { type: "image_url", image_url: { url: "data:image/png;base64,AA==" } },
          { type: "text", text: "What is it?" },
        ],
      },
    ]);
  });

  test("leave out an answer that was stopped before its first token", () =>
    expect(toMessages("", [{ role: "user", text: "Hi", pictures: [] }, writing])).toHaveLength(1));
});

test.each([
  ["get_time", '{"time_zone":"Asia/Tokyo"}', /Friday,? 2 January 1970.*09:00:00/],
  ["get_time", '{"time_zone":"Mars/Olympus"}', /"Mars\/Olympus" is not a time zone/],
  ["get_time", "not JSON", /1970/],
  ["get_weather", "{}", /no tool named "get_weather"/],
])("the demo tool answers %s(%s)", (name, given, answer) =>
  expect(runDemoTool(name, given, new Date(86_400_000))).toMatch(answer),
);
