import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Value } from "@sinclair/typebox/value";
import { ChatCompletion, ChatCompletionChunk } from "../../src/api/openai/chat/response.ts";
import { TokenizeAnswer } from "../../src/api/operate/tokenize.ts";
import { scriptedModelPath } from "./environment.ts";
import { type Script, writeScripts } from "./scripted-model.ts";
import { readEvents, startServer, type TestServer } from "./server.ts";
import { createTempDir } from "./temp.ts";

/** A chat request, and the text that the model is to answer it with. */
export interface ScriptedCase {
  request: Record<string, unknown> & { messages: { role: string; content: string }[] };
  answer: string;
}

/** The request of a case, made out to the model that has its script. */
export type ScriptedRequest = Record<string, unknown>;

export interface ScriptedServer {
  server: TestServer;
  /**
   * Registers a model that answers these very requests with these texts, by the real engine, tokenizer, grammar and
   * stream; `template`: its chat template (Jinja), by default ChatML; `change` may change its files. Returns the requests to send, each with a longer
   * first message than it was given: prompts of different lengths find their own script.
   */
  script(
    cases: readonly ScriptedCase[],
    template?: string,
    change?: (folder: string) => void,
  ): Promise<ScriptedRequest[]>;
  /** The answer as a whole. */
  ask(request: ScriptedRequest): Promise<ChatCompletion>;
  /** The answer's chunks, up to the end that a stream has. */
  stream(request: ScriptedRequest): Promise<ChatCompletionChunk[]>;
  stop(): Promise<number>;
}

/** Tokens between the starts of two prompts: no script is longer. */
const step = 600;

export async function startScriptedServer(): Promise<ScriptedServer> {
  const server = await startServer({ models: {} });
  const models: Record<string, Record<string, unknown>> = {};

  function register(folder: string): string {
    const name = `scripted-${Object.keys(models).length}`;
    models[name] = { path: folder, task: "text-generation-with-past", weight_format: "int8" };
    server.register(models);
    return name;
  }

  async function post(path: string, body: unknown): Promise<Response> {
    const response = await fetch(`${server.url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return response;
  }

  async function tokenize(body: Record<string, unknown>): Promise<number[]> {
    const answer: unknown = await (await post("/tokenize", body)).json();
    return Value.Decode(TokenizeAnswer, answer).tokens;
  }

  /** The request with its first message padded until the prompt has about this many tokens, and the prompt's length. */
  async function lengthen({ request }: ScriptedCase, model: string, tokens: number) {
    const { tools, chat_template_kwargs, messages } = request;
    const measure = async (padded: typeof messages) =>
      (await tokenize({ model, messages: padded, tools, chat_template_kwargs })).length;
    const missing = Math.max(0, tokens - (await measure(messages)));
    const [first, ...rest] = messages;
    const padded = first ? [{ ...first, content: `${first.content}${" on".repeat(missing)}` }, ...rest] : [];
    return { messages: padded, promptTokens: await measure(padded) };
  }

  return {
    server,
    async script(cases, template, change = () => {}) {
      const plain = copyModel(template);
      const measuring = register(plain);
      const scripts: Script[] = [];
      const requests: ScriptedRequest[] = [];
      for (const [index, one] of cases.entries()) {
        const { messages, promptTokens } = await lengthen(one, measuring, (index + 1) * step);
        const prompt = { model: measuring, prompt: one.answer, add_special_tokens: false };
        scripts.push({ promptTokens, tokens: await tokenize(prompt) });
        requests.push({ ...one.request, messages });
      }
      const folder = copyModel(template);
      writeScripts(folder, scripts);
      change(folder);
      const model = register(folder);
      return requests.map((request) => ({ temperature: 0, ...request, model }));
    },
    async ask(request) {
      const answer: unknown = await (await post("/v1/chat/completions", request)).json();
      return Value.Decode(ChatCompletion, answer);
    },
    async stream(request) {
      const events = await readEvents(await post("/v1/chat/completions", { ...request, stream: true }));
      if (events.pop() !== "[DONE]") throw new Error("The stream ended without [DONE]");
      return events.map((event) => Value.Decode(ChatCompletionChunk, event));
    },
    stop: () => server.stop(),
  };
}

/** The engine reads the template that lies within the tokenizer. */
function copyModel(template: string | undefined): string {
  const folder = mkdtempSync(join(createTempDir(), "scripted-"));
  cpSync(scriptedModelPath(), folder, { recursive: true });
  if (template === undefined) return folder;
  const path = join(folder, "openvino_tokenizer.xml");
  const xml = readFileSync(path, "utf8");
  const changed = xml.replace(
    /(<chat_template value=")[^"]*"/,
    (_all, start) => `${start}${toAttribute(template)}"`,
  );
  if (changed === xml) throw new Error("openvino_tokenizer.xml has no chat template");
  writeFileSync(path, changed);
  return folder;
}

function toAttribute(text: string): string {
  const named: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text
    .replace(/[&<>"]/g, (char) => named[char] ?? char)
    .replace(/[\n\t]/g, (char) => `&#${char.charCodeAt(0)};`);
}
