import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { orNull } from "../../src/api/nullable.ts";
import { ErrorBody } from "../../src/api/openai/errors.ts";
import { Timings } from "../../src/api/openai/timings.ts";
import { Usage } from "../../src/api/openai/usage.ts";
import { isErrorCode, OvError, toReason } from "../../src/errors.ts";
import { openAnswer, parseJson, type Server } from "../server.ts";
import { readEventData, withPatience } from "./sse.ts";

/** As OpenAI's API takes it. */
export type ChatTurn =
  | { role: "system" | "user" | "assistant"; content: string }
  /** A question with pictures. */
  | { role: "user"; content: ChatPart[] };

export type ChatPart = { type: "text"; text: string } | { type: "image_url"; image_url: { url: string } };

export interface ChatRequest {
  model: string;
  messages: ChatTurn[];
  max_tokens?: number;
  temperature?: number;
}

export type AnswerPiece =
  | { type: "text" | "reasoning"; text: string }
  | { type: "end"; reason: string; usage: Usage | null; timings: Timings | null };

/** What is read of a chunk; a server of another version may send more. */
const Chunk = Type.Object({
  choices: Type.Array(
    Type.Object({
      delta: Type.Object({
        content: Type.Optional(orNull(Type.String())),
        reasoning_content: Type.Optional(orNull(Type.String())),
      }),
      finish_reason: Type.Optional(orNull(Type.String())),
    }),
  ),
  usage: Type.Optional(orNull(Usage)),
  timings: Type.Optional(orNull(Timings)),
});

/** The server sends at least a comment every 10 s while a model loads, waits or computes a prompt. */
const silenceSeconds = 90;

/**
 * The answer as it comes, `end` the last piece. Throws what the server reports, `server_unreachable` when the
 * connection breaks or is silent for 90 s, and the signal's reason.
 */
export async function* streamAnswer(
  server: Server,
  request: ChatRequest,
  signal: AbortSignal,
): AsyncGenerator<AnswerPiece> {
  const options = { include_usage: true, include_timings: true };
  const body = { ...request, stream: true, stream_options: options };
  const stream = await openAnswer(server, "/v1/chat/completions", body, signal);
  const end = { type: "end", reason: "stop", usage: null, timings: null } as const satisfies AnswerPiece;
  let last: Extract<AnswerPiece, { type: "end" }> = end;
  try {
    const toError = () => broken(server, `nothing came for ${silenceSeconds} s`);
    for await (const data of readEventData(withPatience(stream, silenceSeconds, toError))) {
      if (data === "[DONE]") return yield last;
      const chunk = parseChunk(data);
      yield* toPieces(chunk);
      const reason = chunk.choices[0]?.finish_reason ?? last.reason;
      last = { ...last, reason, usage: chunk.usage ?? last.usage, timings: chunk.timings ?? last.timings };
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof OvError ? error : broken(server, toReason(error));
  }
  signal.throwIfAborted();
  throw broken(server, "the stream ended early");
}

function toPieces({ choices: [choice] }: Static<typeof Chunk>): AnswerPiece[] {
  const { content, reasoning_content } = choice?.delta ?? {};
  return [
    ...(reasoning_content ? [{ type: "reasoning" as const, text: reasoning_content }] : []),
    ...(content ? [{ type: "text" as const, text: content }] : []),
  ];
}

function parseChunk(data: string): Static<typeof Chunk> {
  const event = parseJson(data);
  if (Value.Check(ErrorBody, event)) {
    const { code, message } = event.error;
    throw new OvError(code !== null && isErrorCode(code) ? code : "internal_error", message);
  }
  if (Value.Check(Chunk, event)) return event;
  throw new OvError("server_unreachable", {
    what: "The server sent something that is not part of an answer",
    why: JSON.stringify(data.slice(0, 80)),
  });
}

function broken(server: Server, why: string): OvError {
  const what = `The connection to ${server.url} broke in the middle of the answer`;
  return new OvError("server_unreachable", { what, why, next: '"ov-llm health" asks how the server is.' });
}
