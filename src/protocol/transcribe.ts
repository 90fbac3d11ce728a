import { type Static, Type } from "@sinclair/typebox";
import { requestId } from "./request.ts";

/** Seconds from the start of the recording. */
const at = Type.Number({ minimum: 0 });
const language = Type.Union([Type.String(), Type.Null()]);

/** Requests the text of a recording. */
export const TranscribeMessage = Type.Object({
  type: Type.Literal("transcribe"),
  id: requestId,
  /** A sound file that the host can read, in any format of `audio.py`; the caller removes it afterwards. */
  path: Type.String(),
  /** Longer recordings fail the request. */
  max_seconds: Type.Number({ exclusiveMinimum: 0 }),
  /** `translate`: into English. */
  task: Type.Union([Type.Literal("transcribe"), Type.Literal("translate")]),
  /** A code of `ready.languages`; null: it is detected from the first half minute. */
  language,
  /** A preceding text, whose spellings and style the model follows. */
  prompt: Type.Union([Type.String(), Type.Null()]),
  /** 0: the likeliest words, and others only if these repeat themselves. */
  temperature: Type.Number({ minimum: 0, maximum: 1 }),
  /** Also return the times of words. */
  words: Type.Boolean(),
});
export type TranscribeMessage = Static<typeof TranscribeMessage>;

/** Includes the space before it in the text. */
export const Word = Type.Object({ word: Type.String(), start: at, end: at });
export type Word = Static<typeof Word>;

export const Segment = Type.Object({
  start: at,
  end: at,
  /** Includes the space before it. */
  text: Type.String(),
  words: Type.Optional(Type.Array(Word)),
});
export type Segment = Static<typeof Segment>;

/** The segments of the next half minute, in order; empty if nothing was said. At least one such message comes. */
export const SegmentsMessage = Type.Object({
  type: Type.Literal("segments"),
  id: requestId,
  /** null: nothing has been said yet, and none was requested. */
  language,
  /** The length of the whole recording. */
  seconds: at,
  segments: Type.Array(Segment),
});

export type TranscribeRequest = Omit<TranscribeMessage, "type" | "id">;

export type TranscribeEvent =
  | ({ type: "segments" } & Omit<Static<typeof SegmentsMessage>, "type" | "id">)
  | { type: "finished"; reason: "stop" };
