import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import Anthropic from "@anthropic-ai/sdk";
import { generateText, streamText } from "ai";
import OpenAI from "openai";

/** Official clients as a page uses them: each asks the server at `url`, with `key`, and gives the text and what it can read of the headers. */

const messages = [{ role: "user" as const, content: "Hi" }];
const options = { maxRetries: 0, timeout: 170_000, dangerouslyAllowBrowser: true };
const model = "memory";

const clients = {
  async openai(url: string, apiKey: string): Promise<string> {
    const client = new OpenAI({ ...options, baseURL: `${url}/v1`, apiKey });
    const models = await client.models.list();
    const { data, response } = await client.chat.completions.create({ model, messages }).withResponse();
    let text = "";
    for await (const chunk of await client.chat.completions.create({ model, messages, stream: true })) {
      text += chunk.choices[0]?.delta.content ?? "";
    }
    const isSame = data.choices[0]?.message.content === text;
    return `${models.data[0]?.id} ${isSame} ${response.headers.get("x-request-id") !== null}`;
  },
  async anthropic(url: string, apiKey: string): Promise<string> {
    const client = new Anthropic({ ...options, baseURL: url, apiKey });
    const body = { model, max_tokens: 8, messages };
    const answer = await client.beta.messages.create({ ...body, betas: ["context-management-2025-06-27"] });
    const stream = await client.messages.stream(body).finalMessage();
    return `${answer.model} ${stream.content[0]?.type === "text"} ${answer._request_id !== null}`;
  },
  async vercel(url: string, apiKey: string): Promise<string> {
    const compatible = createOpenAICompatible({ name: "box", baseURL: `${url}/v1`, apiKey });
    const { text } = await generateText({ model: compatible(model), messages });
    const streamed = await streamText({ model: compatible(model), messages }).text;
    const responses = createOpenAI({ baseURL: `${url}/v1`, apiKey })(model);
    const own = await generateText({ model: responses, messages, headers: { "x-of-my-own": "1" } });
    return `memory ${text === streamed} ${own.text !== ""}`;
  },
};

Object.assign(globalThis, { clients });
