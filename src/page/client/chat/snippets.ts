import type { ChatRequest } from "./chat.ts";
import type { Message } from "./turns.ts";

export const languages = ["curl", "Python", "TypeScript"] as const;
export type Language = (typeof languages)[number];

/** The request as a program. `hasKey`: it takes the key from OV_API_KEY. */
export function renderSnippet(
  language: Language,
  request: ChatRequest,
  origin: string,
  hasKey: boolean,
): string {
  const shown = { ...request, messages: request.messages.map(shorten) };
  switch (language) {
    case "curl":
      return renderCurl(shown, origin, hasKey);
    case "Python":
      return renderPython(shown, origin, hasKey);
    case "TypeScript":
      return renderTypeScript(shown, origin, hasKey);
  }
}

/** The data of a picture would bury the program. */
function shorten(message: Message): Message {
  if (!Array.isArray(message.content)) return message;
  const content = message.content.map((part) => {
    if (part.type === "text") return part;
    return { ...part, image_url: { url: part.image_url.url.replace(/,.*/s, ",<the picture in base64>") } };
  });
  return { ...message, content };
}

function renderCurl(request: ChatRequest, origin: string, hasKey: boolean): string {
  const body = JSON.stringify({ ...request, stream: true }, null, 2);
  return [
    `curl -N ${origin}/v1/chat/completions \\`,
    ...(hasKey ? ['  -H "Authorization: Bearer $OV_API_KEY" \\'] : []),
    '  -H "Content-Type: application/json" \\',
    // A quote ends the shell's string, stands escaped, and starts it again.
    `  -d '${body.replaceAll("'", "'\\''")}'`,
  ].join("\n");
}

function renderPython({ model, messages, tools }: ChatRequest, origin: string, hasKey: boolean): string {
  return [
    ...(hasKey ? ["import os", ""] : []),
    "from openai import OpenAI",
    "",
    `client = OpenAI(base_url="${origin}/v1", api_key=${hasKey ? 'os.environ["OV_API_KEY"]' : '"none"'})`,
    "stream = client.chat.completions.create(",
    `    model=${toPython(model)},`,
    `    messages=${indent(toPython(messages), 4)},`,
    ...(tools === undefined ? [] : [`    tools=${indent(toPython(tools), 4)},`]),
    "    stream=True,",
    ")",
    "for chunk in stream:",
    "    if chunk.choices:",
    '        print(chunk.choices[0].delta.content or "", end="", flush=True)',
  ].join("\n");
}

/** JSON is Python but for three words, which are only words outside of strings. */
function toPython(value: unknown): string {
  const words: Record<string, string> = { null: "None", true: "True", false: "False" };
  return JSON.stringify(value, null, 4).replace(
    /"(?:[^"\\]|\\.)*"|\b(?:null|true|false)\b/g,
    (token) => words[token] ?? token,
  );
}

function renderTypeScript({ model, messages, tools }: ChatRequest, origin: string, hasKey: boolean): string {
  return [
    ...(hasKey ? ['import { env } from "node:process";'] : []),
    'import OpenAI from "openai";',
    "",
    `const client = new OpenAI({ baseURL: "${origin}/v1", apiKey: ${hasKey ? "env.OV_API_KEY" : '"none"'} });`,
    "const stream = await client.chat.completions.create({",
    `  model: ${JSON.stringify(model)},`,
    `  messages: ${indent(JSON.stringify(messages, null, 2), 2)},`,
    ...(tools === undefined ? [] : [`  tools: ${indent(JSON.stringify(tools, null, 2), 2)},`]),
    "  stream: true,",
    "});",
    'for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta.content ?? "");',
  ].join("\n");
}

/** All lines but the first. */
function indent(text: string, spaces: number): string {
  return text.replaceAll("\n", `\n${" ".repeat(spaces)}`);
}
