import { type TObject, type TSchema, Type } from "@sinclair/typebox";
import { OvError } from "../../../errors.ts";
import type { Catalog } from "../../../serving/catalog.ts";
import type { Heard, TranscribeService } from "../../../serving/transcribe.ts";
import { toAsker } from "../../answering.ts";
import type { StreamEvent } from "../../dialect.ts";
import {
  type Answer,
  type ApiRequest,
  promptErrors,
  type Route,
  withJson,
  withMultipart,
} from "../../route.ts";
import { openai } from "../errors.ts";
import { TranscriptionForm, TranslationForm, toWanted, type Wanted } from "./request.ts";
import { renderSrt, renderVtt } from "./subtitles.ts";
import {
  addHeard,
  emptyTranscript,
  type Transcript,
  Transcription,
  toUsage,
  toVerbose,
  VerboseTranscription,
} from "./transcript.ts";

export interface AudioRoutesDeps {
  catalog: Pick<Catalog, "resolveServed">;
  transcribe: TranscribeService;
  /** Unique, without its prefix. */
  newId: () => string;
}

const whole = {
  "application/json": Type.Union([Transcription, VerboseTranscription]),
  "text/plain": Type.String(),
};
const streamed = { ...whole, "text/event-stream": Type.String() };

/** POST /v1/audio/transcriptions and /v1/audio/translations; /v1/audio/speech is refused. */
export function createAudioRoutes({ catalog, transcribe, newId }: AudioRoutesDeps): Route[] {
  async function answer(
    { body, ...request }: ApiRequest<TranscriptionForm>,
    task: Wanted["ask"]["task"],
  ): Promise<Answer> {
    const { notes } = request;
    const model = catalog.resolveServed(body.model, "transcribe");
    notes.set({ model: model.name, stream: false });
    const wanted = toWanted(body, task);
    notes.set({ stream: wanted.stream });
    const heard = note(
      transcribe.transcribe(model, toAsker(request, `transcr-${newId()}`), wanted.ask),
      notes,
    );
    if (wanted.stream) return { type: "stream", format: "sse", events: toEvents(heard) };
    let transcript = emptyTranscript;
    for await (const one of heard) transcript = addHeard(transcript, one);
    return render(transcript, wanted);
  }

  const route = <Form extends TObject>(name: string, form: Form, content: Record<string, TSchema>) => ({
    path: `/v1/audio/${name}`,
    doc: { answer: content, errors: [...promptErrors, "request_cancelled"] as const },
    form,
  });
  const transcriptions = route("transcriptions", TranscriptionForm, streamed);
  const translations = route("translations", TranslationForm, whole);
  return [
    withMultipart(transcriptions.form, {
      method: "POST",
      path: transcriptions.path,
      dialect: openai,
      handle: (request) => answer(request, "transcribe"),
      doc: { summary: "Transcribe speech", ...transcriptions.doc },
    }),
    withMultipart(translations.form, {
      method: "POST",
      path: translations.path,
      dialect: openai,
      handle: (request) => answer(request, "translate"),
      doc: { summary: "Translate speech into English text", ...translations.doc },
    }),
    createSpeechRoute(),
  ];
}

/** Clients ask for it where they are set up to; a path that is missing would make LiteLLM shun the whole server. */
function createSpeechRoute(): Route {
  return withJson(Type.Object({}, { additionalProperties: true }), {
    method: "POST",
    path: "/v1/audio/speech",
    dialect: openai,
    handle() {
      const what = "Cannot make speech of text: ov-llm serves no model that speaks";
      throw new OvError("task_unsupported", { what, next: "Use another server for it, such as Piper." });
    },
    doc: { summary: "Not served: text-to-speech", answer: {}, errors: ["task_unsupported"] },
  });
}

/** Notes what the log and the metrics report. */
async function* note(
  heard: AsyncIterable<Heard>,
  notes: ApiRequest<unknown>["notes"],
): AsyncGenerator<Heard> {
  for await (const one of heard) {
    notes.firstToken();
    notes.set({ audioSeconds: one.seconds });
    yield one;
  }
  notes.set({ finish: "stop" });
}

function render(transcript: Transcript, { ask, format, segments }: Wanted): Answer {
  const plain = (body: string): Answer => ({ type: "raw", contentType: "text/plain; charset=utf-8", body });
  switch (format) {
    case "json":
      return { type: "json", body: { text: transcript.text, usage: toUsage(transcript) } };
    case "verbose_json":
      return { type: "json", body: toVerbose(transcript, ask, segments) };
    case "text":
      return plain(`${transcript.text}\n`);
    case "srt":
      return plain(renderSrt(transcript.segments));
    case "vtt":
      return plain(renderVtt(transcript.segments));
  }
}

/** OpenAI API reference, "transcript.text.delta" and "transcript.text.done". */
async function* toEvents(heard: AsyncIterable<Heard>): AsyncGenerator<StreamEvent> {
  let transcript = emptyTranscript;
  for await (const one of heard) {
    const { length } = transcript.text;
    transcript = addHeard(transcript, one);
    const delta = transcript.text.slice(length);
    if (delta !== "") yield { data: { type: "transcript.text.delta", delta } };
  }
  yield { data: { type: "transcript.text.done", text: transcript.text, usage: toUsage(transcript) } };
}
