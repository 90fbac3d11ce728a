import { cpSync } from "node:fs";
import { join } from "node:path";
import { Value } from "@sinclair/typebox/value";
import { TokenizeAnswer } from "../../src/api/operate/tokenize.ts";
import { clientsDir } from "../client/programs.ts";
import { nextEvent } from "./next-event.ts";
import { writeTable } from "./scripted-model.ts";
import { type RegistryModels, startServer } from "./server.ts";

/** As `test/clients.ts` makes the model. */
const positions = 65_536;
const end = 2;
/** Prompts differ by some tokens from run to run: so many line breaks stand before a call and behind its place. */
const slack = 60;

/** A server whose models write, whatever a program's own prompt is: `say` a few words, `endless` no end, `call` a call. */
export interface AgentServer {
  url: string;
  /** Makes `call` write this call behind prompts of about that length, and a few words behind longer ones. */
  callAt(promptTokens: number, call: { name: string; arguments: Record<string, unknown> }): Promise<void>;
  /** The log's lines of that model's finished answers, since the last `forget`. */
  answers(model: string): string[];
  forget(): void;
  /** The data of the next such event of the model's, such as `request.started`. */
  next(type: string, model: string): Promise<string>;
  stop(): Promise<number>;
}

/** `home`: an empty folder. */
export async function startAgentServer(home: string): Promise<AgentServer> {
  const server = await startServer({ home, models: {}, env: { OV_MAX_TOKENS: "30000" } });
  const models: RegistryModels = {};
  let seen = 0;

  function make(name: string, version: string, fill: (position: number) => number): string {
    const folder = join(server.home, `${name}-${version}`);
    cpSync(join(clientsDir(), "model"), folder, { recursive: true });
    writeTable(
      folder,
      0,
      Array.from({ length: positions }, (_, position) => fill(position)),
    );
    models[name] = {
      path: folder,
      task: "text-generation-with-past",
      weight_format: "fp32",
      tool_format: "hermes",
    };
    server.register(models);
    return folder;
  }

  async function tokenize(prompt: string): Promise<number[]> {
    const body = JSON.stringify({ model: "say", prompt, add_special_tokens: false });
    const response = await fetch(`${server.url}/tokenize`, { method: "POST", body });
    return Value.Parse(TokenizeAnswer, await response.json()).tokens;
  }

  make("say", "blank", () => end);
  const words = await tokenize(" Hello from the box.");
  const [lineBreak = end] = await tokenize("\n");
  // Wherever the prompt ends, some words of it follow.
  const period = words.length * 40 + 1;
  const say = (position: number) => {
    const at = position % period;
    return at === period - 1 ? end : (words[at % words.length] ?? end);
  };
  make("say", "words", say);
  make("call", "words", say);
  make("endless", "words", (position) => words[position % words.length] ?? end);

  const isOf = (model: string) => (line: string) =>
    / POST \/(v1\/|api\/chat )/.test(line) && line.includes(`model=${model} `);
  return {
    url: server.url,
    async callAt(promptTokens, call) {
      const text = `<tool_call>\n${toSpacedJson(call)}\n</tool_call>`;
      const tokens = [...(await tokenize(text)), end];
      const start = promptTokens - 1 - slack;
      const behind = promptTokens - 1 + slack;
      make("call", String(promptTokens), (position) => {
        if (position < start) return say(position);
        return position < behind ? lineBreak : (tokens[position - behind] ?? say(position));
      });
    },
    answers: (model) => server.log().slice(seen).filter(isOf(model)),
    forget() {
      seen = server.log().length;
    },
    next: (type, model) => nextEvent(server.url, type, `"model":"${model}"`),
    stop: () => server.stop(),
  };
}

/** As the grammar of calls has it, with a space behind each comma and colon. */
function toSpacedJson(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${toSpacedJson(one)}`);
  return `{${members.join(", ")}}`;
}
