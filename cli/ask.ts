import { type Static, Type } from "@sinclair/typebox";
import { OvError, toReason } from "../src/errors.ts";
import { askServer, type Server } from "./server.ts";

const question = "What is the capital of France?";

const ModelList = Type.Object({
  data: Type.Array(
    Type.Object({ id: Type.String(), capabilities: Type.Optional(Type.Array(Type.String())) }),
  ),
});
const ChatAnswer = Type.Object({
  model: Type.String(),
  choices: Type.Array(Type.Object({ message: Type.Object({ content: Type.String() }) }), { minItems: 1 }),
});

export interface Answer {
  question: string;
  model: string;
  answer: string;
}

/**
 * Puts one question to the running server, the way every client does: to `preferred` where it is
 * registered, else to the first model that writes text; null: none does. Throws what the server reports when it cannot answer.
 */
export async function askFirstQuestion(
  server: Server,
  preferred: string,
  seconds: number,
): Promise<Answer | null> {
  const { data } = await askServer(server, "/v1/models", ModelList, 30);
  const able = data.filter(({ capabilities }) => capabilities?.includes("completion") !== false);
  const model = (able.find(({ id }) => id === preferred) ?? able[0])?.id;
  if (model === undefined && data.length > 0) return null;
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
  const body = { model, messages, temperature: 0, max_tokens: 64 };
  return await askServer(server, "/v1/chat/completions", ChatAnswer, seconds, { method: "POST", body }).catch(
    (error: unknown) => {
      const what = `The server at ${server.url} did not answer a question to ${JSON.stringify(model)}`;
      throw new OvError("server_unreachable", { what, why: toReason(error) }, { cause: error });
    },
  );
}
