import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { OvError } from "../src/errors.ts";
import { askServer, type Server } from "./server.ts";

const question = "What is the capital of France?";

const ModelList = Type.Object({ data: Type.Array(Type.Object({ id: Type.String() })) });
const ChatAnswer = Type.Object({
  model: Type.String(),
  choices: Type.Array(Type.Object({ message: Type.Object({ content: Type.String() }) }), { minItems: 1 }),
});
const Failure = Type.Object({ error: Type.Object({ message: Type.String() }) });

export interface Answer {
  question: string;
  model: string;
  answer: string;
}

/**
 * Puts one question to the running server, the way every client does: to `preferred` where it is
 * registered, else to the first model. Throws what the server says when it cannot answer.
 */
export async function askFirstQuestion(server: Server, preferred: string, seconds: number): Promise<Answer> {
  const { data } = await askServer(server, "/v1/models", ModelList, 30);
  const model = (data.find(({ id }) => id === preferred) ?? data[0])?.id;
  if (model === undefined) {
    throw new OvError(
      "model_required",
      `The server at ${server.url} has no models to ask. Register one: "ov-llm setup --starter" fetches a small one.`,
    );
  }
  const answer = await postQuestion(server, model, seconds);
  const text = answer.choices[0]?.message.content ?? "";
  return { question, model: answer.model, answer: text.trim() };
}

async function postQuestion(
  server: Server,
  model: string,
  seconds: number,
): Promise<Static<typeof ChatAnswer>> {
  const messages = [{ role: "user", content: question }];
  const response = await fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      ...(server.apiKey === null ? {} : { Authorization: `Bearer ${server.apiKey}` }),
    },
    body: JSON.stringify({ model, messages, temperature: 0, max_tokens: 64 }),
    proxy: false,
    signal: AbortSignal.timeout(seconds * 1000),
  }).catch((error: unknown) => {
    throw failed(server, model, error instanceof Error ? error.message : String(error));
  });
  const text = await response.text();
  const answer = parseJson(text);
  if (Value.Check(ChatAnswer, answer)) return answer;
  throw failed(server, model, Value.Check(Failure, answer) ? answer.error.message : text.slice(0, 200));
}

function failed(server: Server, model: string, reason: string): OvError {
  return new OvError(
    "server_unreachable",
    `The server at ${server.url} did not answer a question to ${JSON.stringify(model)}: ${reason}`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
