import { type Static, type TSchema, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { createScriptedModel } from "./scripted-model.ts";
import { smolEntry, startServer, type TestServer } from "./server.ts";

/** A server whose Ollama API has a port of its own, at `ollamaUrl`. */
export async function startOllamaServer(options: Parameters<typeof startServer>[0] = {}) {
  const server = await startServer({ ...options, env: { OV_OLLAMA_PORT: "0", ...options.env } });
  const line = await server.logged(/Ollama's API listens on its own port/);
  const [, ollamaUrl = ""] = /url=(\S+)/.exec(line) ?? [];
  return { ...server, ollamaUrl };
}

const Counted = Type.Object({ prompt_eval_count: Type.Integer() });
const Tokenized = Type.Object({ tokens: Type.Array(Type.Integer()) });

export interface Scripted {
  /** The body of POST /api/chat that is answered. */
  body: Record<string, unknown>;
  text: string;
}

/**
 * Makes a model of that name, which answers each of the bodies with its text, and registers it beside the small one. The bodies need
 * prompts of lengths that lie far enough apart.
 */
export async function registerScripted(
  server: TestServer,
  headers: Record<string, string>,
  { name, folder, scripts }: { name: string; folder: string; scripts: readonly Scripted[] },
): Promise<void> {
  const post = async <T extends TSchema>(path: string, body: object, answer: T): Promise<Static<T>> => {
    const response = await fetch(`${server.url}${path}`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
    return Value.Parse(answer, await response.json());
  };
  const register = (extra: Record<string, Record<string, unknown>>) =>
    server.register({ "smollm2-135m-instruct": smolEntry(), ...extra });
  const entry = (path: string) => ({ path, task: "text-generation-with-past", weight_format: "fp32" });

  const blank = `${folder}-blank`;
  createScriptedModel(blank, []);
  register({ blank: entry(blank) });
  const found = [];
  for (const { body, text } of scripts) {
    const probe = { ...body, model: "blank", stream: false, options: { num_predict: 1 } };
    const { prompt_eval_count: promptTokens } = await post("/api/chat", probe, Counted);
    const asked = { model: "blank", prompt: text, add_special_tokens: false };
    const { tokens } = await post("/tokenize", asked, Tokenized);
    found.push({ promptTokens, tokens });
  }
  createScriptedModel(folder, found);
  register({ [name]: entry(folder) });
}
