import { type Static, Type } from "@sinclair/typebox";
import { requestId } from "./request.ts";

/** Seconds from the start of the recording. */
const at = Type.Number({ minimum: 0 });
const language = Type.Union([Type.String(), Type.Null()]);

/** Asks for what is said in a recording. */
export const TranscribeMessage = Type.Object({
  type: Type.Literal("transcribe"),
  id: requestId,
  /** A file of sound that the host can read, in any form that `audio.py` knows; whoever asks removes it afterwards. */
  path: Type.String(),
  /** Longer recordings fail the request. */
  max_seconds: Type.Number({ exclusiveMinimum: 0 }),
  /** `translate`: into English. */
  task: Type.Union([Type.Literal("transcribe"), Type.Literal("translate")]),
  /** A code of `ready.languages`; null: it is heard from the first half minute. */
  language,
  /** What may stand before it: spellings and style follow it. */
  prompt: Type.Union([Type.String(), Type.Null()]),
  /** 0: the likeliest words, and others only where these repeat themselves. */
  temperature: Type.Number({ minimum: 0, maximum: 1 }),
  /** When each word is said, too. */
  words: Type.Boolean(),
});
export type TranscribeMessage = Static<typeof TranscribeMessage>;

/** With the space that stands before it in the text. */
export const Word = Type.Object({ word: Type.String(), start: at, end: at });
export type Word = Static<typeof Word>;

export const Segment = Type.Object({
  start: at,
  end: at,
  /** With the space that stands before it. */
  text: Type.String(),
  words: Type.Optional(Type.Array(Word)),
});
export type Segment = Static<typeof Segment>;

/** What was said in the next half minute, in order; empty where nothing was. At least one comes. */
export const SegmentsMessage = Type.Object({
  type: Type.Literal("segments"),
  id: requestId,
  /** null: nothing has been said yet, and none was asked for. */
  language,
  /** Of the whole recording. */
  seconds: at,
  segments: Type.Array(Segment),
});

export type TranscribeRequest = Omit<TranscribeMessage, "type" | "id">;

export type TranscribeEvent =
  | ({ type: "segments" } & Omit<Static<typeof SegmentsMessage>, "type" | "id">)
  | { type: "finished"; reason: "stop" };
