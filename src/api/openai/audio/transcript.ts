import { deflateSync } from "node:zlib";
import { type Static, Type } from "@sinclair/typebox";
import type { Segment } from "../../../protocol/transcribe.ts";
import { type Heard, type TranscribeAsk, toLanguageName } from "../../../serving/transcribe.ts";

const at = Type.Number({ minimum: 0, description: "Seconds" });

const Usage = Type.Object({ type: Type.Literal("duration"), seconds: Type.Integer({ minimum: 0 }) });

/** OpenAI API reference, "The transcription object (JSON)". */
export const Transcription = Type.Object({ text: Type.String(), usage: Usage });

/** "The transcription object (verbose JSON)". */
export const VerboseTranscription = Type.Object({
  task: Type.Union([Type.Literal("transcribe"), Type.Literal("translate")]),
  language: Type.String({ description: "Its English name" }),
  duration: at,
  text: Type.String(),
  segments: Type.Optional(
    Type.Array(
      Type.Object({
        id: Type.Integer({ minimum: 0 }),
        seek: Type.Integer({ minimum: 0 }),
        start: at,
        end: at,
        text: Type.String(),
        tokens: Type.Array(Type.Integer(), { description: "Empty: the engine does not report them" }),
        temperature: Type.Number(),
        avg_logprob: Type.Number({ description: "Always 0: the engine does not report it" }),
        compression_ratio: Type.Number({
          description: "Of its half minute: where the text repeats itself, more than 2.4",
        }),
        no_speech_prob: Type.Number({ description: "Always 0: the engine does not report it" }),
      }),
    ),
  ),
  words: Type.Optional(Type.Array(Type.Object({ word: Type.String(), start: at, end: at }))),
  usage: Usage,
});

interface HeardSegment extends Segment {
  /**
   * The length of the text of the half minute that it is from, in bytes, to that of the same text compressed. As OpenAI's
   * (whisper/transcribe.py): a short sentence does not repeat itself, only many of them do.
   */
  compressionRatio: number;
}

/** What a recording came to so far. */
export interface Transcript {
  text: string;
  segments: HeardSegment[];
  /** Its code; null: nothing was said. */
  language: string | null;
  seconds: number;
}

export const emptyTranscript: Transcript = { text: "", segments: [], language: null, seconds: 0 };

/** Compresses texts as they come: those of hours at once would hold the loop. */
export function addHeard(before: Transcript, { segments, language, seconds }: Heard): Transcript {
  const compressionRatio = toCompressionRatio(toText(segments));
  const all = [...before.segments, ...segments.map((one) => ({ ...one, compressionRatio }))];
  return {
    text: toText(all),
    segments: all,
    language: language ?? before.language,
    seconds,
  };
}

export function toUsage({ seconds }: Pick<Transcript, "seconds">): Static<typeof Usage> {
  return { type: "duration", seconds: Math.ceil(seconds) };
}

export function toVerbose(
  transcript: Transcript,
  { task, words, temperature }: Pick<TranscribeAsk, "task" | "words" | "temperature">,
  withSegments: boolean,
): Static<typeof VerboseTranscription> {
  const { text, segments, language, seconds } = transcript;
  return {
    task,
    language: language === null ? "" : toLanguageName(language),
    duration: seconds,
    text,
    ...(withSegments && { segments: segments.map((segment, id) => toSegment(segment, id, temperature)) }),
    ...(words && {
      words: segments
        .flatMap((segment) => segment.words ?? [])
        .map((one) => ({ ...one, word: one.word.trim() })),
    }),
    usage: toUsage(transcript),
  };
}

function toText(segments: readonly Segment[]): string {
  return segments
    .map(({ text }) => text)
    .join("")
    .trim();
}

function toCompressionRatio(text: string): number {
  const bytes = Buffer.from(text);
  return Math.round((bytes.byteLength / deflateSync(bytes).byteLength) * 1000) / 1000;
}

function toSegment({ start, end, text, compressionRatio }: HeardSegment, id: number, temperature: number) {
  return {
    id,
    // In hundredths of a second, as Whisper counts.
    seek: Math.round(start * 100),
    start,
    end,
    text,
    tokens: [],
    temperature,
    avg_logprob: 0,
    compression_ratio: compressionRatio,
    no_speech_prob: 0,
  };
}
