import { type Static, Type } from "@sinclair/typebox";
import { orNull } from "../../nullable.ts";
import { ErrorBody } from "../errors.ts";
import { Usage } from "../usage.ts";

/** Answers of POST /v1/completions (OpenAI API reference, "Completion object"). */
export const CompletionLogprobs = Type.Object({
  tokens: Type.Array(Type.String()),
  token_logprobs: Type.Array(Type.Number()),
  top_logprobs: Type.Array(Type.Record(Type.String(), Type.Number()), {
    description: "Only the chosen token of each place",
  }),
  text_offset: Type.Array(
    Type.Integer({ minimum: 0, description: "Where the token starts in the text, in characters" }),
  ),
});

const FinishReason = Type.Union([Type.Literal("stop"), Type.Literal("length")]);

const head = {
  id: Type.String(),
  object: Type.Literal("text_completion"),
  created: Type.Integer({ description: "Unix time in seconds" }),
  model: Type.String({ description: "The registered name" }),
  system_fingerprint: Type.String(),
};

const choice = {
  index: Type.Integer({
    minimum: 0,
    description: "Choice i of prompt p is p * n + i",
  }),
  text: Type.String(),
  logprobs: orNull(CompletionLogprobs),
};

export const TextCompletion = Type.Object({
  ...head,
  choices: Type.Array(Type.Object({ ...choice, finish_reason: FinishReason })),
  usage: Usage,
});

export const TextCompletionChunk = Type.Object({
  ...head,
  choices: Type.Array(Type.Object({ ...choice, finish_reason: orNull(FinishReason) })),
  usage: Type.Optional(orNull(Usage)),
});

/** An event of a streamed answer; see `ChatCompletionEvent`. */
export const TextCompletionEvent = Type.Object({
  data: Type.Union([
    Type.Literal("[DONE]", { description: "The last one of a whole answer" }),
    Type.String({
      contentMediaType: "application/json",
      contentSchema: Type.Union([TextCompletionChunk, ErrorBody]),
      description: "An error ends an answer that could not be finished",
    }),
  ]),
});

export type CompletionLogprobs = Static<typeof CompletionLogprobs>;
export type TextCompletion = Static<typeof TextCompletion>;
export type TextCompletionChunk = Static<typeof TextCompletionChunk>;
