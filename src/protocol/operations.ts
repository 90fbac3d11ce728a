import type { Static } from "@sinclair/typebox";
import type { ClassesMessage, ClassifyEvent, ClassifyRequest } from "./classify.ts";
import type { EmbedEvent, EmbedRequest, VectorsMessage } from "./embed.ts";
import type { GenerateRequest, GenerationEvent, StartedMessage, StepOutput } from "./generate.ts";
import type { FromHost } from "./messages.ts";
import type { RankEvent, RankRequest, ScoresMessage } from "./rank.ts";
import type { FinishedMessage } from "./request.ts";
import type {
  DetokenizeEvent,
  DetokenizeRequest,
  TextMessage,
  TokenizeEvent,
  TokenizeRequest,
  TokensMessage,
} from "./tokens.ts";
import type { SegmentsMessage, TranscribeEvent, TranscribeRequest } from "./transcribe.ts";

/** The operations of a loaded model, with the events that answer each; the last event is always `finished`. */
export interface Operations {
  generate: { request: GenerateRequest; event: GenerationEvent };
  tokenize: { request: TokenizeRequest; event: TokenizeEvent };
  detokenize: { request: DetokenizeRequest; event: DetokenizeEvent };
  embed: { request: EmbedRequest; event: EmbedEvent };
  rank: { request: RankRequest; event: RankEvent };
  classify: { request: ClassifyRequest; event: ClassifyEvent };
  transcribe: { request: TranscribeRequest; event: TranscribeEvent };
}
export type OperationName = keyof Operations;

/** One message for one request. */
export type Answer =
  | StartedMessage
  | { type: "step"; id: number; output: StepOutput }
  | TokensMessage
  | Static<typeof TextMessage>
  | Static<typeof VectorsMessage>
  | Static<typeof ScoresMessage>
  | Static<typeof ClassesMessage>
  | Static<typeof SegmentsMessage>
  | Static<typeof FinishedMessage>;

/** The answers in a message, by request; none for messages that belong to no request. */
export function toAnswers(message: FromHost): Answer[] {
  switch (message.type) {
    case "step":
      return message.outputs.map((output) => ({ type: "step", id: output.id, output }));
    case "started":
    case "tokens":
    case "text":
    case "vectors":
    case "scores":
    case "classes":
    case "segments":
    case "finished":
      return [message];
    default:
      return [];
  }
}

const textType = { type: "text" } as const;

/** How each operation reads its answers; null: the answer belongs to another operation. */
export const eventReaders: {
  readonly [Name in OperationName]: (answer: Answer) => Operations[Name]["event"] | null;
} = {
  generate(answer) {
    switch (answer.type) {
      case "started":
        return { type: "started", promptTokens: answer.prompt_tokens, cachedTokens: answer.cached_tokens };
      case "step":
        // It was parsed for this event alone, and there is one for each token.
        return Object.assign(answer.output, textType);
      case "finished":
        return answer.reason === "cancelled" ? null : { type: "finished", reason: answer.reason };
      default:
        return null;
    }
  },
  tokenize(answer) {
    if (answer.type !== "tokens") return toStop(answer);
    const { tokens, strings, image_tokens: imageTokens = 0 } = answer;
    return { type: "tokens", tokens, strings, imageTokens };
  },
  detokenize(answer) {
    return answer.type === "text" ? { type: "text", text: answer.text } : toStop(answer);
  },
  embed(answer) {
    return answer.type === "vectors" ? { type: "vectors", vectors: answer.vectors } : toStop(answer);
  },
  rank(answer) {
    return answer.type === "scores" ? { type: "scores", scores: answer.scores } : toStop(answer);
  },
  classify(answer) {
    return answer.type === "classes" ? { type: "classes", classes: answer.classes } : toStop(answer);
  },
  transcribe(answer) {
    if (answer.type !== "segments") return toStop(answer);
    const { id: _id, ...event } = answer;
    return event;
  },
};

function toStop(answer: Answer): { type: "finished"; reason: "stop" } | null {
  return answer.type === "finished" && answer.reason === "stop" ? { type: "finished", reason: "stop" } : null;
}
