import { type Static, Type } from "@sinclair/typebox";
import { leastTemperature } from "../../../generate/sampling.ts";
import type { TranscribeAsk } from "../../../serving/transcribe.ts";
import { malformed, quote, unsupported } from "../../refusal.ts";
import { Upload } from "../../route.ts";

const text = (description: string) => Type.Optional(Type.String({ description }));
const texts = (description: string) =>
  Type.Optional(Type.Union([Type.String(), Type.Array(Type.String())], { description }));

const common = {
  file: Upload,
  model: text("A name or alias of the registry"),
  prompt: text("What may stand before it: names and spellings that will occur"),
  response_format: text("`json` (default), `text`, `srt`, `vtt` or `verbose_json`"),
  temperature: text("0 (default) to 1"),
};

/** Form of POST /v1/audio/translations. Unknown fields are ignored. */
export const TranslationForm = Type.Object(common, { additionalProperties: true });

/** Form of POST /v1/audio/transcriptions. Unknown fields are ignored. */
export const TranscriptionForm = Type.Object(
  {
    ...common,
    language: text("Its code or English name; absent or `auto`: it is heard"),
    "timestamp_granularities[]": texts("`segment` (default), `word` or both, for `verbose_json`"),
    timestamp_granularities: texts("The same"),
    stream: text("`true`: text as it is heard, as server-sent events"),
    "include[]": texts("`logprobs` is refused"),
  },
  { additionalProperties: true },
);
export type TranscriptionForm = Static<typeof TranscriptionForm>;

const formats = ["json", "text", "srt", "vtt", "verbose_json"] as const;
export type Format = (typeof formats)[number];

/** What is asked, and how the answer is to look. */
export interface Wanted {
  ask: TranscribeAsk;
  format: Format;
  stream: boolean;
  segments: boolean;
}

/** Throws `invalid_request` and `unsupported_parameter`. */
export function toWanted(form: TranscriptionForm, task: TranscribeAsk["task"]): Wanted {
  const format = toFormat(form.response_format || "json");
  const stream = toSwitch(form.stream);
  const granularities = toGranularities(form);
  const words = granularities.includes("word");
  if (words && format !== "verbose_json") {
    throw unsupported("timestamp_granularities", 'needs "response_format": "verbose_json".');
  }
  if (stream && format !== "json" && format !== "text") {
    throw unsupported("response_format", 'must be "json" or "text" in a stream.');
  }
  if ([form["include[]"] ?? []].flat().includes("logprobs")) {
    throw unsupported("include", "cannot be served: the engine gives no log-probabilities of speech.");
  }
  const { file, prompt, language } = form;
  return {
    ask: {
      sound: file.bytes,
      task,
      language: language || null,
      prompt: prompt?.toWellFormed() || null,
      temperature: toTemperature(form.temperature),
      words,
    },
    format,
    stream,
    segments: !words || granularities.includes("segment"),
  };
}

function toFormat(asked: string): Format {
  const found = formats.find((one) => one === asked);
  if (found !== undefined) return found;
  throw malformed("response_format", `must be one of ${formats.join(", ")}, not ${quote(asked)}.`);
}

function toSwitch(asked = ""): boolean {
  if (["", "false", "False", "0"].includes(asked)) return false;
  if (["true", "True", "1"].includes(asked)) return true;
  throw malformed("stream", `must be true or false, not ${quote(asked)}.`);
}

function toTemperature(asked = ""): number {
  const value = Number(asked);
  if (value >= 0 && value <= 1) return value < leastTemperature ? 0 : value;
  throw malformed("temperature", `must be a number from 0 to 1, not ${quote(asked)}.`);
}

function toGranularities(form: TranscriptionForm): string[] {
  const asked = [form["timestamp_granularities[]"] ?? [], form.timestamp_granularities ?? []].flat();
  const other = asked.find((one) => one !== "word" && one !== "segment");
  if (other === undefined) return asked;
  throw malformed("timestamp_granularities", `must be "segment" or "word", not ${quote(other)}.`);
}
