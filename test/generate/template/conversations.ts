import type { TemplateMessage } from "../../../src/generate/template/template.ts";

export interface Conversation {
  messages: TemplateMessage[];
  tools: unknown[] | null;
  kwargs: Record<string, unknown>;
  addGenerationPrompt: boolean;
}

export const weatherTool = {
  type: "function",
  function: {
    name: "get_weather",
    description: "The weather of a city, now — in \"°C\" or '°F'.\nNothing else.",
    parameters: {
      type: "object",
      properties: {
        city: { type: "string", description: "Name of the city, e.g. Zürich" },
        unit: { type: "string", enum: ["celsius", "fahrenheit"], default: "celsius" },
        days: { type: "integer", minimum: 1, maximum: 7 },
        tags: { type: "array", items: { type: "string" } },
      },
      required: ["city"],
    },
  },
};

const timeTool = {
  type: "function",
  function: {
    name: "get_time",
    description: "The time in a zone",
    parameters: { type: "object", properties: { zone: { type: "string" } }, required: ["zone"] },
  },
};

const call = (id: string, name: string, args: unknown) => ({
  id,
  type: "function",
  function: { name, arguments: args },
});
const weatherCall = (args: unknown) => call("call00001", "get_weather", args);
const timeCall = (args: unknown) => call("call00002", "get_time", args);

const system = { role: "system", content: "Be brief.\nAnswer in German." };
const user = { role: "user", content: "What's the weather in Zürich? 🙂 <b>&\"'</b>" };
const assistant = { role: "assistant", content: "Sunny, 21 °C." };
const thanks = { role: "user", content: "  Thanks!\n" };
const result = {
  role: "tool",
  tool_call_id: "call00001",
  name: "get_weather",
  content: '{"temperature": 21}',
};
const timeResult = { role: "tool", tool_call_id: "call00002", name: "get_time", content: "12:00" };

function of(
  messages: TemplateMessage[],
  { tools = null, kwargs = {}, addGenerationPrompt = true }: Partial<Omit<Conversation, "messages">> = {},
): Conversation {
  return { messages, tools, kwargs, addGenerationPrompt };
}

const tools = [weatherTool, timeTool];
const weatherArgs = { city: "Zürich", days: 2, tags: ["a", "b"], nested: { on: true, off: null, half: 0.5 } };

/** Conversations that templates get as they are. */
export const conversations: Record<string, Conversation> = {
  plain: of([user]),
  "system and user": of([system, user]),
  "several turns": of([system, user, assistant, thanks]),
  "no generation prompt": of([user, assistant], { addGenerationPrompt: false }),
  thinking: of([system, user], {
    kwargs: { enable_thinking: true, thinking: true, reasoning_effort: "high" },
  }),
  "no thinking": of([user, assistant, thanks], { kwargs: { enable_thinking: false, thinking: false } }),
  "earlier reasoning": of([
    user,
    { role: "assistant", content: "<think>\nHm.\n\n</think>\n\nSunny." },
    thanks,
    { role: "assistant", content: "Bye.", reasoning_content: "They go.\n" },
    user,
  ]),
  tools: of([system, user], { tools }),
  "tools without system": of([user], { tools }),
  "tool round, objects": of(
    [user, { role: "assistant", content: "", tool_calls: [weatherCall(weatherArgs)] }, result],
    { tools },
  ),
  "tool round, strings": of(
    [
      user,
      { role: "assistant", content: "", tool_calls: [weatherCall(JSON.stringify(weatherArgs))] },
      result,
    ],
    { tools },
  ),
  "tool round and answer": of(
    [
      system,
      user,
      { role: "assistant", content: "Let me look.", tool_calls: [weatherCall(weatherArgs)] },
      result,
      assistant,
      thanks,
    ],
    { tools },
  ),
  "two calls": of(
    [
      user,
      { role: "assistant", content: "", tool_calls: [weatherCall(weatherArgs), timeCall({ zone: "CET" })] },
      result,
      timeResult,
    ],
    { tools },
  ),
  "content parts": of([{ role: "user", content: [{ type: "text", text: "Hello" }] }]),
};
