import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  type ScriptedCase,
  type ScriptedRequest,
  type ScriptedServer,
  startScriptedServer,
} from "../helpers/scripted-server.ts";

setDefaultTimeout(60_000);
let scripted: ScriptedServer;
beforeAll(async () => {
  scripted = await startScriptedServer();
});
afterAll(() => scripted.stop());

const weather = {
  type: "function",
  function: {
    name: "get_weather",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
};
const messages = [{ role: "user", content: "Weather in Paris?" }];
const withTools = { messages, tools: [weather], max_tokens: 300 };

test("probe", async () => {
  const call = '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Paris"}}\n</tool_call>';
  const requests = await scripted.script([
    { request: { messages }, answer: "Hello 🙂 there" },
    { request: withTools, answer: `I look.\n${call}` },
  ]);
  for (const request of requests)
    console.log(JSON.stringify(await scripted.ask({ ...request, logprobs: !request.tools })));
});
