import type { ChatMessage } from "../../../src/api/openai/chat/messages.ts";

const call = (id: string, value: string, name = "get_weather") => ({
  id,
  type: "function",
  function: { name, arguments: JSON.stringify({ city: value }) },
});
const result = (id: string, content: string): ChatMessage => ({ role: "tool", tool_call_id: id, content });

interface SampleRequest {
  messages: ChatMessage[];
  /** What a prompt made of them must have, in this order. */
  words: string[];
  /** What it must have wherever it stands: some templates write the system message into the last user's. */
  kept?: string[];
  tools?: true;
}

/** Conversations as clients send them. */
export const requests: Record<string, SampleRequest> = {
  "system and user": {
    messages: [
      { role: "system", content: "SYSTEMWORD" },
      { role: "user", content: "USERWORD" },
    ],
    words: ["SYSTEMWORD", "USERWORD"],
  },
  "several turns": {
    messages: [
      { role: "developer", content: "SYSTEMWORD" },
      { role: "user", content: "USERWORD" },
      { role: "assistant", content: "ANSWERWORD" },
      { role: "user", content: "LASTWORD" },
    ],
    words: ["USERWORD", "ANSWERWORD", "LASTWORD"],
    kept: ["SYSTEMWORD"],
  },
  "two systems": {
    messages: [
      { role: "system", content: "SYSTEMWORD" },
      { role: "system", content: "OTHERSYSTEM" },
      { role: "user", content: "USERWORD" },
    ],
    words: ["SYSTEMWORD", "OTHERSYSTEM", "USERWORD"],
  },
  "consecutive users": {
    messages: [
      { role: "user", content: "USERWORD" },
      { role: "user", content: "SECONDWORD" },
      { role: "assistant", content: "ANSWERWORD" },
      { role: "assistant", content: "MOREWORD" },
      { role: "user", content: "LASTWORD" },
    ],
    words: ["USERWORD", "SECONDWORD", "ANSWERWORD", "MOREWORD", "LASTWORD"],
  },
  "system after user": {
    messages: [
      { role: "user", content: "USERWORD" },
      { role: "assistant", content: "ANSWERWORD" },
      { role: "system", content: "SYSTEMWORD" },
      { role: "user", content: "LASTWORD" },
    ],
    words: ["USERWORD", "ANSWERWORD", "SYSTEMWORD", "LASTWORD"],
  },
  "assistant first": {
    messages: [
      { role: "assistant", content: "ANSWERWORD" },
      { role: "user", content: "USERWORD" },
    ],
    words: ["ANSWERWORD", "USERWORD"],
  },
  "null content and parts": {
    messages: [
      {
        role: "user",
        content: [
          { type: "text", text: "USER" },
          { type: "text", text: "WORD" },
        ],
      },
      { role: "assistant", content: null, refusal: "REFUSALWORD" },
      { role: "user", content: null },
      { role: "assistant", content: "" },
      { role: "user", content: "LASTWORD" },
    ],
    words: ["USERWORD", "REFUSALWORD", "LASTWORD"],
  },
  "tools given": {
    tools: true,
    messages: [
      { role: "system", content: "SYSTEMWORD" },
      { role: "user", content: "USERWORD" },
    ],
    words: ["USERWORD"],
    kept: ["SYSTEMWORD"],
  },
  "a system, a call and its result": {
    tools: true,
    messages: [
      { role: "system", content: "SYSTEMWORD" },
      { role: "user", content: "FIRSTWORD" },
      { role: "assistant", content: "ANSWERWORD" },
      { role: "user", content: "USERWORD" },
      { role: "assistant", content: null, tool_calls: [call("call_abcdef", "CITYWORD")] },
      result("call_abcdef", "RESULTWORD"),
    ],
    words: ["FIRSTWORD", "ANSWERWORD", "USERWORD", "CITYWORD", "RESULTWORD"],
    kept: ["SYSTEMWORD"],
  },
  "a call and its result": {
    tools: true,
    messages: [
      { role: "user", content: "USERWORD" },
      { role: "assistant", content: null, tool_calls: [call("call_abcdef", "CITYWORD")] },
      result("call_abcdef", "RESULTWORD"),
    ],
    words: ["USERWORD", "CITYWORD", "RESULTWORD"],
  },
  "two parallel calls with results the other way round": {
    tools: true,
    messages: [
      { role: "user", content: "USERWORD" },
      { role: "assistant", tool_calls: [call("call_1", "CITYWORD"), call("call_2", "TOWNWORD")] },
      result("call_2", "SECONDRESULT"),
      result("call_1", "FIRSTRESULT"),
      { role: "assistant", content: "ANSWERWORD" },
      { role: "user", content: "LASTWORD" },
    ],
    words: ["USERWORD", "CITYWORD", "FIRSTRESULT", "SECONDRESULT", "ANSWERWORD", "LASTWORD"],
  },
  "a user right after a result": {
    tools: true,
    messages: [
      { role: "user", content: "USERWORD" },
      { role: "assistant", content: null, tool_calls: [call("call_abcdef", "CITYWORD")] },
      result("call_abcdef", "RESULTWORD"),
      { role: "user", content: "LASTWORD" },
    ],
    words: ["USERWORD", "CITYWORD", "RESULTWORD", "LASTWORD"],
  },
  "a call without a result": {
    tools: true,
    messages: [
      { role: "user", content: "USERWORD" },
      { role: "assistant", content: null, tool_calls: [call("call_abcdef", "CITYWORD")] },
      { role: "user", content: "LASTWORD" },
    ],
    words: ["USERWORD", "CITYWORD", "LASTWORD"],
  },
  "arguments that are no JSON": {
    tools: true,
    messages: [
      { role: "user", content: "USERWORD" },
      {
        role: "assistant",
        content: null,
        tool_calls: [
          { id: "a", type: "function", function: { name: "get_weather", arguments: "{CITYWORD" } },
        ],
      },
      result("a", "RESULTWORD"),
    ],
    words: ["USERWORD", "CITYWORD", "RESULTWORD"],
  },
  "the older function call": {
    tools: true,
    messages: [
      { role: "user", content: "USERWORD" },
      {
        role: "assistant",
        content: null,
        function_call: { name: "get_weather", arguments: '{"city":"CITYWORD"}' },
      },
      { role: "function", name: "get_weather", content: "RESULTWORD" },
    ],
    words: ["USERWORD", "CITYWORD", "RESULTWORD"],
  },
};
